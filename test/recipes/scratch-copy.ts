import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** A copy of the repository in which a recipe of CONTRIBUTING.md is followed; thrown away afterwards. */
export interface ScratchCopy extends Disposable {
  write(file: string, text: string): void;
  /** Replaces a text that must be there exactly once. */
  replace(file: string, before: string, after: string): void;
  run(...words: readonly string[]): { readonly status: number | null; readonly output: string };
}

export function scratchCopy(): ScratchCopy {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-recipe-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = listed.split("\0").filter((file) => file !== "");
  for (const file of new Set(files.map((file) => file.split("/")[0] ?? file))) {
    cpSync(file, join(folder, file), {
      recursive: true,
      force: true,
      filter: (from) => !from.includes("node_modules"),
    });
  }
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  return {
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    replace(file, before, after) {
      const parts = readFileSync(join(folder, file), "utf8").split(before);
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${before}`);
      writeFileSync(join(folder, file), parts.join(after));
    },
    run(...words) {
      const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
      return { status, output: `${stdout}${stderr}` };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
