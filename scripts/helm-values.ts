import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";

/** The part of JSON Schema that the chart's schema is written in. */
interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

export interface ValueRow {
  /** Such as `image.tag` or `workers[].location`. */
  readonly path: string;
  readonly type: string;
  /** As it would be written; empty for what has rows of its own below, and for what has none. */
  readonly preset: string;
  readonly description: string;
}

/** A row for each value of a chart: what values.yaml says of it in comments, and values.schema.json of its type. */
export function valueRows(valuesText: string, schemaText: string): ValueRow[] {
  const root = JSON.parse(schemaText) as Schema;
  const { contents, commentBefore } = parseDocument(valuesText);
  return isMap(contents) ? rowsOfMap(contents, root, root, "", commentBefore) : [];
}

function rowsOfMap(map: YAMLMap, schema: Schema, root: Schema, prefix: string, above: string | null | undefined) {
  return map.items.flatMap(({ key, value }, i): ValueRow[] => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const own = resolved(schema.properties?.[name] ?? {}, root);
    const path = prefix + name;
    const comment = (key.commentBefore ?? (i === 0 ? above : undefined) ?? "").trim().replaceAll(/\s*\n\s*/g, " ");
    const row = { path, type: typeOf(own), description: comment === "" ? (own.description ?? "") : comment };
    const isGroup = isMap(value) && value.items.some((pair, at) => hasComment(pair.key, at === 0 ? value : undefined));
    if (isGroup) return [{ ...row, preset: "" }, ...rowsOfMap(value, own, root, `${path}.`, value.commentBefore)];
    const preset = JSON.stringify((value as { toJSON(): unknown }).toJSON());
    return [{ ...row, preset }, ...rowsOfItems(own, root, path)];
  });
}

/** What an item of a list may have, where the schema says what for. */
function rowsOfItems({ items }: Schema, root: Schema, path: string): ValueRow[] {
  return items === undefined ? [] : rowsOfProperties(resolved(items, root), root, `${path}[].`);
}

function rowsOfProperties({ properties = {} }: Schema, root: Schema, prefix: string): ValueRow[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const own = resolved(property, root);
    if (own.description === undefined) return [];
    const row = { path: prefix + name, type: typeOf(own), preset: "", description: own.description };
    return [row, ...rowsOfProperties(own, root, `${prefix}${name}.`)];
  });
}

function hasComment(key: unknown, firstOf: YAMLMap | undefined): boolean {
  return isScalar(key) && (key.commentBefore ?? firstOf?.commentBefore ?? "") !== "";
}

function resolved(schema: Schema, root: Schema): Schema {
  const { $ref, allOf = [], ...own } = schema;
  const parts = [
    ...($ref === undefined ? [] : [root.definitions?.[$ref.replace("#/definitions/", "")] ?? {}]),
    ...allOf,
  ];
  return parts.reduce<Schema>((whole, part) => ({ ...resolved(part, root), ...whole }), own);
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((it) => (it === "" ? '""' : it)).join(", ");
  const names: Readonly<Record<string, string>> = {
    array: "list",
    boolean: "true or false",
    integer: "whole number",
    string: "text",
  };
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return types.map((type) => names[type] ?? type).join(" or ");
}

const begin = "<!-- values: written by npm run helm:docs -->";
const end = "<!-- end of values -->";

/** The README with the table of values as it should be. */
export function withValueTable(readme: string, rows: readonly ValueRow[]): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the README lacks ${begin} or ${end}`);
  const lines = rows.map(({ path, type, preset, description }) => {
    const cells = [`\`${path}\``, type, preset === "" ? "" : `\`${preset}\``, description];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return `${before}${begin}\n\n| value | type | default | meaning |\n|---|---|---|---|\n${lines.join("\n")}\n\n${end}${after}`;
}
