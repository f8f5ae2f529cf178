import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { closestTo } from "./closest.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import type { Config, Problem } from "./config.ts";
import { resolveConfig } from "./resolve.ts";
import { configSchema } from "./schema.ts";
import { looksSecret } from "./secrets.ts";
import { pathText, positionOf } from "./locate.ts";

export type Loaded = { readonly config: Config } | { readonly problems: readonly Problem[] };

/** Text to configuration, or to everything that is wrong with it. Never throws for what the text says. */
export function loadConfig(source: { readonly file: string; readonly text: string }, context: LoadContext): Loaded {
  const lines = new LineCounter();
  const document = parseDocument(source.text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    stringKeys: true,
  });
  const syntax = [...document.errors, ...document.warnings].map(({ message, pos }): Problem => {
    const { line, col } = lines.linePos(pos[0]);
    return {
      file: source.file,
      line,
      column: col,
      path: "",
      expected: "YAML",
      got: plainSyntax(message),
      hint: "correct this line first",
    };
  });
  if (syntax.length > 0) return { problems: syntax };

  const value = valueOf(document);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const got = describe(value);
    return {
      problems: [
        {
          file: source.file,
          line: 1,
          path: "",
          expected: "a map with targets and probes",
          got,
          hint: "plumbline init writes one to begin with",
        },
      ],
    };
  }
  const parsed = configSchema.safeParse(value);
  const result = parsed.success
    ? resolveConfig(parsed.data, context)
    : { complaints: parsed.error.issues.flatMap((issue) => complaintsOf(issue, value)) };
  if ("config" in result) return result;
  return {
    problems: result.complaints.map(({ path, key, ...rest }) => ({
      file: source.file,
      ...positionOf(document, lines, path, key),
      path: pathText(key === undefined ? path : [...path, key]),
      ...rest,
    })),
  };
}

/** A text full of aliases can stand for a giant; such a document has no value. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return unusable;
  }
}

const unusable = "aliases in this YAML that lead nowhere or to too much";

function plainSyntax(message: string): string {
  const line = message.split("\n")[0] ?? "";
  return looksSecret(line) ? "something else" : line.slice(0, 160);
}

/** One complaint for each unknown key, otherwise one for the issue, in words. */
export function complaintsOf(issue: z.core.$ZodIssue, root: unknown): Complaint[] {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path,
        key,
        expected: "a known key",
        got: looksSecret(key) ? "an unknown one" : `"${key.slice(0, 60)}"`,
        hint: didYouMean(key, knownKeys(path)),
      }));
    case "invalid_value":
      return [
        {
          path,
          expected: issue.values.map(String).join(" or "),
          got: describe(at(root, path)),
          hint: didYouMean(String(at(root, path)), issue.values.map(String)),
        },
      ];
    case "invalid_type":
      return [complain(path, wordFor(issue.expected), root, issue.message)];
    case "invalid_key":
      return [complain(path, issue.issues.map(({ message }) => message).join(", ") || "another name", root)];
    case "too_small":
    case "too_big": {
      const bound = issue.code === "too_small" ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      return [complain(path, bound, root)];
    }
    default:
      return [complain(path, issue.message, root)];
  }
}

function complain(path: readonly PropertyKey[], expected: string, root: unknown, message?: string): Complaint {
  const isOwnWords = message !== undefined && !message.startsWith("Invalid input");
  const got =
    isSecretPlace(path) && typeof at(root, path) === "string" ? "a text (not shown)" : describe(at(root, path));
  const hint = got === "nothing" ? `add "${String(path.at(-1) ?? "")}"` : secretHint(path, at(root, path));
  return { path, expected: isOwnWords ? message : expected, got, hint };
}

function isSecretPlace(path: readonly PropertyKey[]): boolean {
  const isAddress = path[0] === "receivers" && path.at(-1) === "url";
  return (
    isAddress ||
    path.some((step) =>
      ["key", "secrets", "routingKey", "topic", "token", "password", "linkKey"].includes(String(step)),
    )
  );
}

function secretHint(path: readonly PropertyKey[], value: unknown): string {
  if (isSecretPlace(path) && typeof value === "string")
    return "secrets are never written here: put it in the environment and write { env: NAME }";
  return "change this value";
}

function didYouMean(word: string, known: readonly string[]): string {
  const closest = closestTo(word, known);
  if (closest !== undefined) return `did you mean "${closest}"?`;
  return known.length === 0 ? "remove it" : `known: ${known.slice(0, 20).join(", ")}`;
}

function wordFor(type: string): string {
  const words: Record<string, string> = {
    object: "a map",
    record: "a map",
    array: "a list",
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return words[type] ?? type;
}

export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object")
    return `a map with ${
      Object.keys(value)
        .slice(0, 3)
        .map((key) => (looksSecret(key) ? "…" : key))
        .join(", ") || "nothing in it"
    }`;
  const text = JSON.stringify(value) ?? "nothing";
  return looksSecret(text.replaceAll('"', "")) ? "something that looks like a secret (not shown)" : text.slice(0, 80);
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    root,
  );
}

/** The keys that the schema knows at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schemas: unknown[] = [configSchema];
  for (const step of path) schemas = schemas.flatMap(unwrap).flatMap((schema) => childOf(schema, step));
  return [...new Set(schemas.flatMap(unwrap).flatMap((schema) => Object.keys(shapeOf(schema) ?? {})))];
}

interface SchemaDef {
  readonly innerType?: unknown;
  readonly options?: readonly unknown[];
  readonly shape?: Record<string, unknown>;
  readonly element?: unknown;
  readonly valueType?: unknown;
}

function defOf(schema: unknown): SchemaDef {
  return (schema as { def: SchemaDef }).def;
}

function unwrap(schema: unknown): unknown[] {
  const { innerType, options } = defOf(schema);
  if (innerType !== undefined) return unwrap(innerType);
  return options === undefined ? [schema] : options.flatMap(unwrap);
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return defOf(schema).shape;
}

function childOf(schema: unknown, step: PropertyKey): unknown[] {
  const { shape, element, valueType } = defOf(schema);
  const child = shape?.[String(step)] ?? element ?? valueType;
  return child === undefined ? [] : [child];
}
