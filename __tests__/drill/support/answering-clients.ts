import type { Clients } from "../../../drill/aws/clients";

/** What AWS answers to calls, by their names. */
export type Answers = Readonly<Record<string, (input: Readonly<Record<string, unknown>>, region: string) => unknown>>;

/** Clients whose services give some answers; to any other call, that there is nothing. */
export function answeringClients(answers: Answers, region = "us-west-2"): Clients {
  const service = {
    send: async ({ constructor: { name }, input }: { constructor: { name: string }; input: Record<string, unknown> }) =>
      answers[name.replace(/Command$/, "")]?.(input, region) ?? {},
  };
  return new Proxy({} as Clients, {
    get: (_, name) => (name === "in" ? (there: string) => answeringClients(answers, there) : () => service),
  });
}

/** AWS's refusal of what a caller may not do. */
export const refusal = (): Error => Object.assign(new Error("not authorized"), { name: "UnauthorizedOperation" });
