import type { z } from "zod";

/** A configuration without the entries that have issues, and where a path in it leads in the whole. */
interface Rest {
  readonly value: unknown;
  readonly pathIn: (path: readonly PropertyKey[]) => readonly PropertyKey[];
}

/** Undefined if not even the sections are there. */
export function withoutFaultyEntries(value: unknown, issues: readonly z.core.$ZodIssue[]): Rest | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const sections = new Map<string, unknown>(Object.entries(value));
  const kept = new Map<string, readonly number[]>();
  const unknown = new Set(issues.flatMap((issue) => (issue.path.length === 0 && "keys" in issue ? issue.keys : [])));
  for (const section of unknown) sections.delete(section);
  const faulty = new Map<string, Set<string>>();
  for (const { path } of issues) {
    const [section, entry] = path.map(String);
    if (section !== undefined) faulty.set(section, (faulty.get(section) ?? new Set()).add(entry ?? ""));
  }
  for (const [section, wrong] of faulty) {
    const entries = sections.get(section);
    const isKept = (key: unknown): boolean => !wrong.has(String(key));
    if (Array.isArray(entries)) {
      const places = [...entries.keys()].filter(isKept);
      kept.set(section, places);
      sections.set(
        section,
        places.map((at): unknown => entries[at]),
      );
    } else if (typeof entries === "object" && entries !== null) {
      sections.set(section, Object.fromEntries(Object.entries(entries).filter(([key]) => isKept(key))));
    } else return undefined;
  }
  return {
    value: Object.fromEntries(sections),
    pathIn: ([section, at, ...rest]) => {
      const places = kept.get(String(section));
      if (section === undefined || at === undefined) return section === undefined ? [] : [section];
      return [section, places === undefined ? at : (places[Number(at)] ?? at), ...rest];
    },
  };
}
