import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const BARREL = ["@cdktf/provider-aws", "@cdktf/provider-aws/lib", "@cdktf/provider-aws/lib/index"].map((name) => ({
  name,
  message: "The barrel costs seconds and 570 MB: import from @cdktf/provider-aws/lib/<resource>.",
}));

const AGPL = { group: ["@cloud-copilot/*"], message: "AGPL: local-aws/ and tests only." };

const SDK = { group: ["@aws-sdk/*"], message: "What is judged is pure: it reads nothing." };

const ROOMS = [
  "src",
  "lambda",
  "workshop",
  "local-aws",
  "rehearsal",
  "drill",
  "scripts",
  "bench",
  "examples",
  "__tests__",
];

/**
 * What a folder may import of the project; npm packages and its own files are not limited. A pattern sees the text between
 * the quotes, so that a folder is told by its name behind the dots.
 */
const may = (folder, allowed, ...further) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        paths: BARREL,
        patterns: [
          {
            regex: `^(\\.\\./)+(?!(${["NOTHING", ...allowed].join("|")})(/|$))(${ROOMS.join("|")})(/|$)`,
            message: `${folder}/ may import of the project: ${allowed.join(", ") || "nothing"}. CONTRIBUTING.md has the table.`,
          },
          ...further,
        ],
      },
    ],
  },
});

/** Groups of the library that a group must not import: they stand above it, or beside it. */
const below = (...groups) => ({
  regex: `^\\.\\./(${groups.join("|")})/`,
  message:
    "Groups of src/ import downwards only: monitoring and revocation, alerting, detection, then shared and contract.",
});

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
      curly: ["error", "multi-line"],
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
  may("src", [], AGPL),
  may("src/contract", [], { regex: "^(?!\\./)", message: "The contract imports nothing, not even cdktf." }),
  may("src/shared", [], AGPL, below("detection", "alerting", "revocation", "monitoring")),
  may("src/detection", [], AGPL, below("alerting", "revocation", "monitoring")),
  may("src/alerting", [], AGPL, below("revocation", "monitoring")),
  may("src/monitoring", [], AGPL, below("detection", "alerting", "revocation")),
  may("src/revocation", [], AGPL, below("alerting", "monitoring")),
  may("lambda", ["src/contract"], AGPL),
  may("workshop", ["src"], AGPL),
  may("local-aws", []),
  may("rehearsal", ["src/contract", "local-aws"], AGPL),
  may("rehearsal/organization/app", ["src", "local-aws"], AGPL),
  may(
    "drill",
    ["src/contract", "src/revocation", "lambda/revoke-sessions", "rehearsal/play/claim", "rehearsal/print"],
    AGPL,
  ),
  may("drill/check/judge", ["src/contract", "src/revocation", "lambda/revoke-sessions"], AGPL, SDK),
  may("rehearsal/play", ["src/contract", "local-aws"], AGPL, below("story", "replay", "print")),
  may("rehearsal/print", ["src/contract", "local-aws"], AGPL, below("story", "replay")),
);
