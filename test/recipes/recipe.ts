import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

/** A copy of the repository in a temporary folder, where recipes of CONTRIBUTING.md are followed. Disposing deletes it. */
export interface ScratchCopy extends Disposable {
  /** Adds a file. Fails if it exists. */
  create(file: string, text: string): void;
  /** Replaces text that occurs exactly once. Fails otherwise, so that a recipe cannot miss silently. */
  replace(file: string, before: string | RegExp, after: string): void;
  read(file: string): string;
  /** The files that `work` creates or changes by `create` and `replace`. */
  touchedBy(work: () => void): string[];
  /** Runs a program of `node_modules` or a script of package.json; the output, or an error with the output. */
  run(command: "tsc" | "vitest" | "plumbline" | "npm", ...parameters: readonly string[]): string;
}

const notCopied = new Set(["node_modules", ".git", "dist", "coverage", ".plumbline", "audits"]);

/** Unit tests need no servers: the copy has a configuration of its own, and keeps its caches to itself. */
const vitestConfig = `import { defineConfig } from "vitest/config";
const config = defineConfig({
  cacheDir: ".cache",
  test: { include: ["test/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000, pool: "forks", maxWorkers: 1 },
});
export { config as default };
`;

const programs = {
  tsc: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--incremental", "--tsBuildInfoFile", ".cache/tsc"],
  vitest: ["node_modules/vitest/vitest.mjs", "run", "--config", "vitest.recipe.config.ts"],
  plumbline: ["src/main.ts"],
} as const;

export function openScratchCopy(root = resolve(".")): ScratchCopy {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-recipe-"));
  const touched = new Set<string>();
  cpSync(root, folder, {
    recursive: true,
    filter: (source) => !notCopied.has(relative(root, source).split("/")[0] ?? ""),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "vitest.recipe.config.ts"), vitestConfig);
  const place = (file: string): string => join(folder, file);
  const read = (file: string): string => readFileSync(place(file), "utf8");
  const write = (file: string, text: string): void => {
    touched.add(file);
    mkdirSync(dirname(place(file)), { recursive: true });
    writeFileSync(place(file), text);
  };
  return {
    read,
    create(file, text) {
      if (existsSync(place(file))) throw new Error(`${file} exists already: choose another name for the recipe`);
      write(file, text);
    },
    replace(file, before, after) {
      const parts = read(file).split(before);
      const found = typeof before === "string" ? parts.length - 1 : [...read(file).matchAll(global(before))].length;
      if (found !== 1) throw new Error(`${file}: expected ${String(before)} once, found it ${found} times`);
      write(file, read(file).replace(before, after));
    },
    touchedBy(work) {
      touched.clear();
      work();
      return [...touched].toSorted();
    },
    run(command, ...parameters) {
      const [program, ...first] =
        command === "npm" ? ["npm", "run", "--silent"] : [process.execPath, ...programs[command]];
      const { status, stdout, stderr } = spawnSync(program ?? "", [...first, ...parameters], {
        cwd: folder,
        encoding: "utf8",
        env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"))),
      });
      if (status !== 0) throw new Error(`${[command, ...parameters].join(" ")} failed\n${stdout}\n${stderr}`);
      return stdout;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const global = (pattern: RegExp): RegExp => new RegExp(pattern.source, `g${pattern.flags.replace("g", "")}`);

/** One row of the table in CONTRIBUTING.md, as a person reads it. */
export interface RecipeRow {
  /** Files to change; a folder, with a slash at its end, gets one new file. */
  readonly paths: readonly string[];
  /** Scripts of package.json to run afterwards. */
  readonly scripts: readonly string[];
}

/** The row for `wish`; throws if CONTRIBUTING.md has none. */
export function recipeRow(wish: string, page = readFileSync("CONTRIBUTING.md", "utf8")): RecipeRow {
  const row = page.split("\n").find((line) => line.startsWith(`| ${wish} |`));
  if (row === undefined) throw new Error(`CONTRIBUTING.md has no row "${wish}"`);
  const quoted = [...row.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
  return {
    paths: quoted.filter((text) => /^(?:src|test|docs|config|helm|scripts)\//.test(text)),
    scripts: quoted.flatMap((text) => /^npm run (\S+)$/.exec(text)?.[1] ?? []),
  };
}

export interface Recipe {
  /** The first cell of the row in CONTRIBUTING.md. */
  readonly wish: string;
  /** Does to the copy what the row says, and nothing else. */
  readonly edit: (copy: ScratchCopy) => void;
  /** The test file that the recipe adds, or one that it concerns. */
  readonly test: string;
}

/**
 * Follows a recipe: edits the files that its row names, runs the scripts that it names, then one test. Types are checked
 * apart, once for all recipes. Returns how the edits differ from the row: empty if the row is complete.
 */
export function followRecipe(copy: ScratchCopy, { wish, edit, test }: Recipe): string[] {
  const { paths, scripts } = recipeRow(wish);
  const touched = copy.touchedBy(() => edit(copy));
  for (const script of scripts) copy.run("npm", script);
  copy.run("vitest", test);
  const covers = (path: string, file: string): boolean => (path.endsWith("/") ? file.startsWith(path) : file === path);
  const missing = touched.filter((file) => !paths.some((path) => covers(path, file)));
  const vain = paths.filter((path) => !touched.some((file) => covers(path, file)));
  return [
    ...missing.map((file) => `the row does not name ${file}`),
    ...vain.map((path) => `no need to change ${path}`),
  ];
}
