import { posix } from "node:path";
import { adapters, rooms } from "../../architecture.ts";

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

/** What a source file imports. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(importPattern)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}

/** Each import of a file (a path below the project's root) that the table does not allow, in words. */
export function violations(file: string, source: string): string[] {
  const room = roomOf(file);
  const allowed = rooms[room];
  if (allowed === undefined) return [`${file}: ${room} is no room of the table`];
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith(".")) {
      const name = specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
      const files = adapters[name];
      return files === undefined || files.includes(file) ? [] : [`${file}: ${name} belongs in ${files.join(" or ")}`];
    }
    const target = roomOf(posix.join(posix.dirname(file), specifier));
    const isFine =
      target === room || target === "std" || isTelemetryName(specifier) || allowed.mayImport.includes(target);
    return isFine ? [] : [`${file}: ${room} must not import from ${target}, for it ${allowed.why}`];
  });
}

function isTelemetryName(specifier: string): boolean {
  return specifier.endsWith("telemetry/names.ts");
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? file;
}

/** The first cycle among files, as a path that ends where it began. */
export function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
