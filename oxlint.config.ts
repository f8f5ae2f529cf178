import { defineConfig } from "oxlint";

export default defineConfig({
  plugins: ["typescript", "unicorn", "import", "promise"],
  categories: { correctness: "error" },
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
    "import/no-default-export": "error",
    "typescript/no-meaningless-void-operator": "off",
    // Ports are plain objects of functions that never use this.
    "typescript/unbound-method": "off",
    // Sorting texts in code point order is what is meant.
    "typescript/require-array-sort-compare": "off",
  },
  overrides: [
    { files: ["test/**"], rules: { "typescript/no-misused-promises": "off" } },
    { files: ["*.config.ts", "test/setup/servers.ts"], rules: { "import/no-default-export": "off" } },
  ],
  ignorePatterns: ["dist"],
});
