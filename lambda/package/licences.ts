import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(__dirname, "../..");

/**
 * The licences of all packages that are bundled into something that is published: to pass it on is to pass their code on, and
 * their licences ask that their text goes with it.
 *
 * @param inputs paths of the bundled modules, relative to the project.
 * @param bundle what they are bundled into, as the beginning of a sentence.
 * @throws Error if a package states no licence.
 */
export function thirdPartyLicences(inputs: readonly string[], bundle: string): string {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const notices = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(PROJECT, folder, "package.json"), "utf8"));
    if (!license) throw new Error(`${folder} is bundled: its package.json must state a licence`);
    const text = licenceText(join(PROJECT, folder)) ?? `Licence: ${license}`;
    notices.set(text, [...(notices.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const sections = [...notices].map(([text, packages]) => `${packages.join("\n")}\n\n${text.trim()}\n`);
  return [`${bundle} contains code of these packages.\n`, ...sections].join(`\n${"-".repeat(80)}\n`);
}

function licenceText(folder: string): string | undefined {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.(md|txt))?$/i.test(name));
  return file && readFileSync(join(folder, file), "utf8");
}
