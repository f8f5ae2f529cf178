import { posix } from "node:path";
import { adapters, rooms } from "../../architecture.ts";

export interface Import {
  readonly specifier: string;
  /** Gone at run time. */
  readonly isType: boolean;
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?<type>type\s)?(?:[^;"']*?\sfrom\s)?["'](?<fixed>[^"']+)["']|import\(\s*["'](?<dynamic>[^"']+)["']\s*\)/g;

/** What a source file imports or passes on. */
export function importsOf(source: string): Import[] {
  return [...source.matchAll(importPattern)].map(({ groups = {} }) => ({
    specifier: groups["fixed"] ?? groups["dynamic"] ?? "",
    isType: groups["type"] !== undefined,
  }));
}

/** Each import of a file (a path below the project's root) that the table does not allow, in words. */
export function violations(file: string, source: string): string[] {
  const room = roomOf(file);
  if (rooms[room] === undefined) return [`${file}: ${room} is no room of architecture.ts`];
  return importsOf(source).flatMap((it) =>
    it.specifier.startsWith(".") ? insideViolations(file, room, it) : packageViolations(file, it),
  );
}

function packageViolations(file: string, { specifier }: Import): string[] {
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const adapter = adapters[name];
  if (adapter === undefined || adapter.files.includes(file)) return [];
  return [`${file}: ${name} stays behind ${adapter.files.join(" and ")}`];
}

function insideViolations(file: string, room: string, { specifier, isType }: Import): string[] {
  const target = posix.join(posix.dirname(file), specifier);
  const other = roomOf(target);
  const { mayImport = [], why = "" } = rooms[room] ?? {};
  const mayGo = other === room || other === "std" || target === "src/telemetry/names.ts" || mayImport.includes(other);
  if (!mayGo) return [`${file}: ${room} must not import from ${other}, for it ${why}`];
  const adapter = Object.values(adapters).find(({ files }) => files.includes(target));
  if (isType || adapter === undefined || adapter.usedBy.includes(room)) return [];
  return [`${file}: ${target} is an adapter, which ${adapter.usedBy.join(" and ")} wires`];
}

function roomOf(file: string): string {
  return file.split("/")[1] ?? file;
}

/** Files and the files that they import, types included. */
export function importGraph(files: readonly { file: string; source: string }[]): Map<string, string[]> {
  return new Map(
    files.map(({ file, source }) => [
      file,
      importsOf(source)
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => posix.join(posix.dirname(file), specifier)),
    ]),
  );
}

/** The first cycle, as a path that ends where it began. */
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

/** Every node that can be reached from itself. */
export function inCircles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph.keys()]
    .filter((start) => {
      const reached = new Set(graph.get(start));
      for (const node of reached) for (const next of graph.get(node) ?? []) reached.add(next);
      return reached.has(start);
    })
    .toSorted();
}
