import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { importsOf } from "../architecture/imports.ts";

/** Whoever imports one of these, directly or through other files, starts a database, a server or a program. */
const outside: ReadonlySet<string> = new Set([
  "node:child_process",
  "node:http",
  "node:https",
  "@hono/node-server",
  "@electric-sql/pglite",
  "test/exchange/server.ts",
  "test/replay/server.ts",
  "test/setup/databases.ts",
  "test/setup/servers.ts",
]);

/** The test files of each project. `folder` is the root of the repository. */
export function testProjects(folder: string): Record<"unit" | "real" | "simulation", string[]> {
  const graph = new Map(
    globSync("{src,test,bench,scripts}/**/*.ts", { cwd: folder }).map((file) => [
      file,
      valueImports(file, readFileSync(join(folder, file), "utf8")),
    ]),
  );
  const tests = [...graph.keys()].filter((file) => file.endsWith(".test.ts")).toSorted();
  const {
    simulation = [],
    real = [],
    unit = [],
  } = Object.groupBy(tests, (file) => {
    if (file.endsWith(".simulation.test.ts")) return "simulation";
    return [...reachedFrom(file, graph)].some((name) => outside.has(name)) ? "real" : "unit";
  });
  return { unit, real, simulation };
}

function valueImports(file: string, source: string): string[] {
  return importsOf(source)
    .filter(({ isType }) => !isType)
    .map(({ specifier }) => (specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier));
}

function reachedFrom(
  name: string,
  graph: ReadonlyMap<string, readonly string[]>,
  reached = new Set<string>(),
): Set<string> {
  if (reached.has(name)) return reached;
  reached.add(name);
  for (const next of graph.get(name) ?? []) reachedFrom(next, graph, reached);
  return reached;
}
