import { createRequire } from "node:module";
import { RE2JS } from "re2js";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** Where a value does not match a schema, and by which of its keywords. Every name in it comes from the schema. */
export interface SchemaFault {
  /** `$.items[].price`; `*` for a member that the schema does not name. */
  readonly path: string;
  readonly keyword: string;
}

export interface Schema {
  /** undefined: the value matches. */
  faultIn(value: Json): SchemaFault | undefined;
}

/** Loaded when a scenario has a schema, which few have. */
const load = createRequire(import.meta.url);

/** Comparing all items of a list with each other takes time that grows with the square of their number. */
const mostValues = 5_000;
const longestSchema = 100_000;

const compiled = new WeakMap<JsonObject, Schema | { readonly problem: string }>();

/** Compiles JSON Schema 2020-12, once for each object; `format` is not checked. Otherwise says what it can't read. */
export function compileSchema(schema: JsonObject): Schema | { readonly problem: string } {
  const known = compiled.get(schema) ?? compile(schema);
  compiled.set(schema, known);
  return known;
}

function compile(schema: JsonObject): Schema | { readonly problem: string } {
  if (JSON.stringify(schema).length > longestSchema) return { problem: "it is too long" };
  const { Ajv2020 } = load("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  try {
    const ajv = new Ajv2020({
      strictTypes: false,
      strictTuples: false,
      validateFormats: false,
      logger: false,
      code: { regExp: linearPattern },
    });
    const validate = ajv.compile(schema);
    const names = new Set(memberNames(schema));
    return {
      faultIn(value) {
        if (sizeOf(value) > mostValues) return { path: "$", keyword: `at most ${mostValues} values` };
        if (validate(value)) return undefined;
        const [fault] = validate.errors ?? [];
        return { path: pathOf(fault?.instancePath ?? "", names), keyword: keywordOf(fault) };
      },
    };
  } catch (error) {
    if (error instanceof Error) return { problem: error.message };
    throw error;
  }
}

/** What a hostile answer could hang on, were it a native regular expression. */
function linearPattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const expression = RE2JS.compile(pattern);
  return { test: (text) => expression.matcher(text).find(), toString: () => pattern };
}
linearPattern.code = "linearPattern";

/** `required unit`, `type` */
function keywordOf(fault: { readonly keyword: string; readonly params: object } | undefined): string {
  const missing = "missingProperty" in (fault?.params ?? {}) ? ` ${Object(fault?.params).missingProperty}` : "";
  return `${fault?.keyword ?? "false schema"}${missing}`;
}

function memberNames(schema: Json): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = isJsonObject(schema) && isJsonObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  return [...own, ...Object.values(schema).flatMap((member: Json) => memberNames(member))];
}

/** `/items/0/price`: members that only the value names are somebody's words. */
function pathOf(pointer: string, names: ReadonlySet<string>): string {
  const parts = pointer.split("/").slice(1);
  const shown = parts.map((part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (/^\d+$/.test(name)) return "[]";
    return names.has(name) ? `.${name}` : ".*";
  });
  return `$${shown.join("")}`;
}

function sizeOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member: Json) => sum + sizeOf(member), 1);
}
