import { replaceSections } from "../../scripts/generated-section";

const DOCUMENT = ["before", "<!-- begin mail -->", "old", "<!-- end mail -->", "after"].join("\n");

test("a section is replaced, and nothing around it", () => {
  expect(replaceSections(DOCUMENT, { mail: "new" })).toBe(
    ["before", "<!-- begin mail -->", "", "new", "", "<!-- end mail -->", "after"].join("\n"),
  );
});

test("a section that is current stays as it is", () => {
  const current = replaceSections(DOCUMENT, { mail: "new" });
  expect(replaceSections(current, { mail: "new" })).toBe(current);
});

test("ignores a text that the document has no section for", () => {
  expect(replaceSections(DOCUMENT, { policy: "new" })).toBe(DOCUMENT);
});

test("throws when a section does not end", () => {
  expect(() => replaceSections("<!-- begin mail -->\nold", { mail: "new" })).toThrow("<!-- end mail --> is missing");
});
