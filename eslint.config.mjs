import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const BARREL = ["@cdktf/provider-aws", "@cdktf/provider-aws/lib", "@cdktf/provider-aws/lib/index"].map((name) => ({
  name,
  message: "The barrel costs seconds and 570 MB: import from @cdktf/provider-aws/lib/<resource>.",
}));

/** What only works in a checkout, or may not be published, and therefore stays out of the library. */
const NOT_IN_THE_LIBRARY = [
  { group: ["@cloud-copilot/*"], message: "AGPL: tests and the rehearsal only." },
  { group: ["**/lambda/**", "**/rehearsal/**", "**/__tests__/**"], message: "The published library has src/ only." },
];

export default defineConfig(
  globalIgnores(["cdktf.out/", "coverage/", "dist/", "reports/", ".stryker-tmp/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-imports": ["error", { paths: BARREL }],
      eqeqeq: "error",
      "prefer-const": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-deprecated": "error",
    },
  },
  // A construct warns through annotations; the function writes its one line of JSON itself.
  { files: ["src/**/*.ts", "lambda/revoke-sessions/**/*.ts"], rules: { "no-console": "error" } },
  {
    files: ["src/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { paths: BARREL, patterns: NOT_IN_THE_LIBRARY }] },
  },
);
