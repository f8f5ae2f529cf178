import { defineConfig } from "oxlint";
import { adapters, rooms } from "./architecture.ts";

interface Restriction {
  readonly message: string;
  readonly regex?: string;
  readonly group?: string[];
}

/** What the files of a room may not import; `file` is given for those that are an adapter. */
function restrictions(room: string, file?: string): Restriction[] {
  const { mayImport = [], why = "" } = rooms[room] ?? {};
  const others = Object.keys(rooms).filter((other) => other !== room && other !== "std" && !mayImport.includes(other));
  const closed = others.map((other): Restriction => {
    const message = `${room} must not import from ${other}, for it ${why} (architecture.ts).`;
    if (other === "telemetry") return { message, group: ["**/telemetry/*", "!**/telemetry/names.ts"] };
    return { message, regex: `^(\\./|(\\.\\./)+)${other.replace(".", "\\.")}(/|$)` };
  });
  const packages = Object.entries(adapters).filter(([, { files }]) => file === undefined || !files.includes(file));
  return [
    ...closed,
    ...packages.map(([name, { files }]) => ({
      message: `${name} stays behind ${files.join(" and ")} (architecture.ts).`,
      regex: `^${name.replace(".", "\\.")}(/|$)`,
    })),
  ];
}

/** An override replaces the whole value of a rule: each one is built whole, those of single files after those of rooms. */
function importDirections(room: string, file?: string) {
  const files = file ?? (room.endsWith(".ts") ? `src/${room}` : `src/${room}/**`);
  return {
    files: [files],
    rules: { "no-restricted-imports": ["error", { patterns: restrictions(room, file) }] as ["error", object] },
  };
}

const adapterFiles = [...new Set(Object.values(adapters).flatMap(({ files }) => files))];

export default defineConfig({
  plugins: ["typescript", "unicorn", "import", "promise", "oxc"],
  categories: { correctness: "error" },
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/await-thenable": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
    "import/no-default-export": "error",
    "import/no-cycle": "error",
    "oxc/no-barrel-file": ["error", { threshold: 0 }],
    "typescript/no-meaningless-void-operator": "off",
    // Ports are plain objects of functions that never use this.
    "typescript/unbound-method": "off",
    // Sorting texts in code point order is what is meant.
    "typescript/require-array-sort-compare": "off",
  },
  overrides: [
    ...Object.keys(rooms).map((room) => importDirections(room)),
    ...adapterFiles.map((file) => importDirections(file.split("/")[1] ?? "", file)),
    { files: ["test/**"], rules: { "typescript/no-misused-promises": "off" } },
    {
      files: ["*.config.ts", "site/.vitepress/config.ts", "test/setup/servers.ts"],
      rules: { "import/no-default-export": "off" },
    },
  ],
  ignorePatterns: ["dist", "config"],
});
