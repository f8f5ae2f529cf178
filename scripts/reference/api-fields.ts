import { anchor, code } from "./markdown.ts";

/** The part of JSON Schema that the OpenAPI document is made of. */
export interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly oneOf?: readonly Field[];
  readonly additionalProperties?: Field | boolean;
  readonly allOf?: readonly Field[];
  readonly $ref?: string;
}

/** The members of an object, those of objects within it behind a dot. */
export function fieldsOf(
  schema: Field,
  prefix = "",
): { readonly path: string; readonly isRequired: boolean; readonly field: Field }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = field.items ?? field;
    const mark = field.items === undefined ? "" : "[]";
    const path = `${prefix}${name}`;
    const alternatives = inner.anyOf?.filter((one) => one.properties !== undefined) ?? [];
    return [
      { path, isRequired: schema.required?.includes(name) ?? false, field },
      ...[inner, ...alternatives].flatMap((one) => fieldsOf(one, `${path}${mark}.`)),
    ];
  });
}

export function typeOf(field: Field): string {
  const { $ref, type, enum: words, const: fixed, items, anyOf, oneOf, allOf, additionalProperties: values } = field;
  const [only] = allOf ?? [];
  if (only !== undefined) return typeOf(only);
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return name.startsWith("__") ? "anything" : `[${name}](#${anchor(name)})`;
  }
  if (words !== undefined) return words.map((word) => code(String(word))).join(", ");
  if (fixed !== undefined) return code(JSON.stringify(fixed));
  if ((anyOf ?? oneOf) !== undefined) return "one of several";
  if (items !== undefined) return `list of ${items.type === "object" ? "objects" : typeOf(items)}`;
  if (type === "object") return typeof values === "object" && values.type === "string" ? "map of text" : "object";
  // A number that is read from the text of a query may be null in the document, but never is.
  const [kind] = (Array.isArray(type) ? (type as readonly string[]) : [type]).filter((one) => one !== "null");
  return kind === "string" ? "text" : (kind ?? "anything");
}
