import { isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";
import { plainText } from "./complaint.ts";
import { describeValue } from "./describe-value.ts";
import type { Problem } from "./config.ts";
import { looksSecret } from "../probe/looks-secret.ts";

/** A YAML document, its value, and where its lines are. */
export interface YamlText {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly value: object;
}

type Mistake = Omit<Problem, "file">;

/** A Kubernetes ConfigMap holds no more either. */
const mostCharacters = 1024 * 1024;
const mostLevels = 64;

/** The map that a text describes, or why it is none. Takes time in proportion to the text. */
export function readYaml(text: string): YamlText | { readonly mistakes: readonly Mistake[] } {
  if (text.length > mostCharacters) {
    return mistake("at most 1 MiB of text", `${text.length} characters`, "use fewer probes, or several installations");
  }
  const lines = new LineCounter();
  // Its own check for unique keys compares each with each.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    stringKeys: true,
  });
  const syntax = [...document.errors, ...document.warnings, ...(document.errors.length > 0 ? [] : repeated(document))];
  if (syntax.length > 0) {
    const mistakes = syntax.map(({ message, pos }): Mistake => {
      const { line, col } = lines.linePos(pos[0]);
      return { line, column: col, path: "", expected: "YAML", got: inWords(message), hint: "correct this line first" };
    });
    return { mistakes };
  }
  const value = valueOf(document);
  if (value === undefined)
    return mistake(
      "aliases that can be resolved",
      "aliases in this YAML that lead nowhere or to too much",
      "remove them",
    );
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return mistake("a map with targets and probes", describeValue(value), "plumbline init writes an example");
  }
  const flaw = flawIn(value, 0);
  return flaw === undefined ? { document, lines, value } : mistake(flaw[0], flaw[1], "change this value");
}

function mistake(expected: string, got: string, hint: string): { readonly mistakes: readonly Mistake[] } {
  return { mistakes: [{ line: 1, path: "", expected, got, hint }] };
}

function repeated(document: Document): { readonly message: string; readonly pos: readonly [number, number] }[] {
  const found: { message: string; pos: [number, number] }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const start = key.range?.[0] ?? 0;
        if (seen.has(key.value)) found.push({ message: "a key that is in this map already", pos: [start, start] });
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** A short text of aliases can stand for a huge value; such a document has none here. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    return undefined;
  }
}

/** What no reader can follow and no store can keep. */
function flawIn(value: unknown, level: number): readonly [expected: string, got: string] | undefined {
  if (level > mostLevels) return [`at most ${mostLevels} levels`, "more"];
  if (typeof value === "string") return value.includes("\0") ? ["text without NUL characters", "a NUL"] : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const flaw = flawIn(name, level) ?? flawIn(member, level + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function inWords(message: string): string {
  const line = message.split("\n")[0] ?? "";
  return looksSecret(line) ? "something else" : plainText(line.slice(0, 160));
}
