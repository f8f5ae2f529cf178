import { parse } from "yaml";
import type { DeclaredContract, DeclaredPath, DeclaredPaths } from "../probe/contract-policy.ts";
import { shortHash } from "../std/hash.ts";
import { isJsonObject, type Json, type JsonObject, type JsonKind } from "../std/json.ts";
import type { Check } from "./complaint.ts";

const mostPaths = 1000;
const mostDepth = 24;
const kinds: readonly string[] = ["string", "integer", "number", "boolean", "null", "object", "array"];

interface SchemaFiles {
  readonly reply?: string | undefined;
  readonly chunk?: string | undefined;
  readonly error?: string | undefined;
}

/** Reads `file#/pointer` of each part. Complains about what can't be read. */
export function declaredFrom(
  files: SchemaFiles,
  place: readonly PropertyKey[],
  { context: { readFile }, complaints }: Check,
): DeclaredContract {
  const texts: string[] = [];
  const pathsOf = (part: keyof SchemaFiles): DeclaredPaths | undefined => {
    const where = files[part];
    if (where === undefined) return undefined;
    const [file = "", pointer = ""] = where.split("#");
    const text = readFile(file);
    const root = text === undefined ? undefined : parsed(text);
    const schema = root === undefined ? undefined : pointed(root, pointer);
    if (text === undefined || root === undefined || schema === undefined) {
      const got = text === undefined ? "no such file" : root === undefined ? "neither JSON nor YAML" : "nothing there";
      const hint = "write file.json, or file.yaml#/components/schemas/Name";
      complaints.push({ path: place, key: part, expected: "a JSON Schema or OpenAPI file", got, hint });
      return undefined;
    }
    texts.push(text);
    return declaredPathsOf(root, schema);
  };
  const [reply, chunk, error] = [pathsOf("reply"), pathsOf("chunk"), pathsOf("error")];
  return { name: "your schema", version: shortHash(texts.join("\n")), reply, chunk, error };
}

function parsed(text: string): Json | undefined {
  try {
    return parse(text) as Json;
  } catch {
    return undefined;
  }
}

function pointed(root: Json, pointer: string): Json | undefined {
  return pointer
    .split("/")
    .slice(1)
    .reduce<Json | undefined>((value, step) => {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    }, root);
}

/** The paths of a JSON Schema (2020-12 or that of OpenAPI 3): references within the file, alternatives united. */
export function declaredPathsOf(root: Json, schema: Json): DeclaredPaths {
  const found = new Map<string, DeclaredPath>();
  visit("$", schema, "always", 0);
  return Object.fromEntries(found);

  function visit(path: string, value: Json | undefined, presence: DeclaredPath["presence"], depth: number): void {
    if (found.size >= mostPaths || depth > mostDepth) return;
    const branches = branchesOf(root, value, 0);
    const all = [...new Set(branches.flatMap(kindsOf))];
    const values = branches.flatMap(valuesOf);
    const isDeprecated = branches.some((branch) => branch["deprecated"] === true);
    const before = found.get(path);
    found.set(path, {
      kinds: branches.some((branch) => kindsOf(branch).length === 0)
        ? []
        : [...new Set([...(before?.kinds ?? []), ...all])],
      presence: isDeprecated ? "deprecated" : presence,
      ...(values.length > 0 && branches.every((branch) => isWordless(branch) || valuesOf(branch).length > 0)
        ? { values }
        : {}),
    });
    for (const branch of branches) {
      if (isJsonObject(branch["items"])) visit(`${path}[]`, branch["items"], "optional", depth + 1);
      const { additionalProperties } = branch;
      if (isJsonObject(additionalProperties)) visit(`${path}.*`, additionalProperties, "optional", depth + 1);
    }
    const objects = branches.filter((branch) => isJsonObject(branch["properties"]));
    for (const name of new Set(objects.flatMap(({ properties }) => Object.keys(properties as JsonObject)))) {
      const holders = objects.flatMap(({ properties }) => (properties as JsonObject)[name] ?? []);
      // Parts of allOf demand each for all; alternatives demand only what each of them demands.
      const isRequired = objects.every(
        (branch) => (branch["properties"] as JsonObject)[name] === undefined || demands(branch, name),
      );
      const isEverywhere = holders.length === objects.length;
      const presence = isRequired && isEverywhere ? "always" : "optional";
      visit(`${path}.${name}`, { anyOf: holders }, presence, depth + 1);
    }
  }
}

function demands({ required }: JsonObject, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

/** A schema as the alternatives it stands for, each without references. */
function branchesOf(root: Json, value: Json | undefined, depth: number): JsonObject[] {
  if (!isJsonObject(value) || depth > mostDepth) return [{}];
  const { $ref: ref } = value;
  if (typeof ref === "string") {
    const target = ref.startsWith("#") ? pointed(root, ref.slice(1)) : undefined;
    return branchesOf(root, target, depth + 1);
  }
  const { anyOf, oneOf, allOf } = value as { anyOf?: Json; oneOf?: Json; allOf?: Json };
  for (const some of [anyOf, oneOf]) {
    if (Array.isArray(some)) return some.flatMap((one) => branchesOf(root, one, depth + 1));
  }
  if (Array.isArray(allOf)) {
    const parts = [...allOf.map((one) => branchesOf(root, one, depth + 1)[0] ?? {}), { ...value, allOf: null }];
    return [parts.reduce(united, {})];
  }
  return [value];
}

function united(one: JsonObject, other: JsonObject): JsonObject {
  const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
  const members = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
  return {
    ...one,
    ...other,
    properties: { ...members(one["properties"]), ...members(other["properties"]) },
    required: [...list(one["required"]), ...list(other["required"])],
  };
}

function kindsOf(schema: JsonObject): JsonKind[] {
  const { type, nullable } = schema as { type?: Json; nullable?: Json };
  const named = (Array.isArray(type) ? type : [type]).filter(
    (kind): kind is JsonKind => typeof kind === "string" && kinds.includes(kind),
  );
  const implied: JsonKind[] = named.length === 0 && isJsonObject(schema["properties"]) ? ["object"] : named;
  return nullable === true && implied.length > 0 ? [...implied, "null"] : implied;
}

function valuesOf({ enum: some, const: one }: JsonObject): string[] {
  return [...(Array.isArray(some) ? some : []), one ?? null].filter((value) => typeof value === "string");
}

function isWordless(schema: JsonObject): boolean {
  const known = kindsOf(schema);
  return known.length > 0 && !known.includes("string");
}
