interface Result {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
}

// A reporter of Jest's is loaded without the compiler, so it is plain JavaScript.
const { skippedBlock } = jest.requireActual<{ skippedBlock: (results: readonly Result[]) => string }>(
  "./support/skipped-reporter.cjs",
);

const WHY = "terraform does not run";

test("lists each reason once, and below it what was skipped for it", () => {
  const block = skippedBlock([
    { ancestorTitles: [`the module (skipped: ${WHY})`], title: "plans" },
    { ancestorTitles: ["a package", `with Terraform (skipped: ${WHY})`], title: "applies" },
    { ancestorTitles: [`the module (skipped: ${WHY})`], title: "applies" },
    { ancestorTitles: [], title: "hangs (skipped: it takes long)" },
    { ancestorTitles: ["others"], title: "run" },
  ]);
  expect(block).toBe(`\nSkipped: ${WHY}\n  the module\n  with Terraform\nSkipped: it takes long\n  hangs\n`);
});

test("cuts what is longer than a line", () => {
  const lines = skippedBlock([{ ancestorTitles: [`${"x".repeat(99)} (skipped: ${"y".repeat(300)})`], title: "t" }])
    .trim()
    .split("\n");
  expect(lines.map((line) => line.length)).toEqual([78, 78]);
});

test("writes nothing if nothing was skipped", () => {
  expect(skippedBlock([{ ancestorTitles: ["others"], title: "run" }])).toBe("");
});
