import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const page = readFileSync("SECURITY.md", "utf8");
const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
const { allowScripts, dependencies, devDependencies, overrides } = read<{
  allowScripts: Record<string, boolean>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
}>("package.json");
const { packages } = read<{ packages: Record<string, Locked> }>("package-lock.json");

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const locked = Object.entries(packages).filter(([place]) => place !== "");

test("every file that the threat model names is there", () => {
  const named = [
    ...page.matchAll(/`((?:src|test|helm|docs)\/[^` ]+|Dockerfile|package\.json|\.npmrc)`|\]\(([^)#]+)\)/g),
  ].map(([, file, link]) => file ?? link ?? "");
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

describe("packages", () => {
  test("each has a SHA-512 in the lockfile, comes from the registry, and from no address of its own", () => {
    expect(locked.length).toBeGreaterThan(100);
    const loose = locked.filter(
      ([, { integrity = "", resolved, link }]) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) || resolved !== undefined || link === true,
    );
    expect(loose.map(([place]) => place)).toEqual([]);
  });

  test("exact versions are asked for, and those are locked", () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...overrides })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  test("install scripts: all are decided, those that are gone are forgotten, one is allowed; what is undecided fails", () => {
    const withScripts = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([place]) => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(Object.keys(allowScripts).toSorted()).toEqual([...new Set(withScripts)].toSorted());
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name] === true)).toEqual(["node"]);
    expect(page).toContain("Only `node` is allowed");
    expect(readFileSync(".npmrc", "utf8").split("\n")).toContain("strict-allow-scripts=true");
  });
});
