import { anchor, code } from "./markdown.ts";

/** The part of JSON Schema that the configuration's schema is made of. */
export interface FieldNode {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, FieldNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: FieldNode | boolean;
  readonly propertyNames?: FieldNode;
  readonly items?: FieldNode;
  readonly anyOf?: readonly FieldNode[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly $ref?: string;
}

interface Members {
  /** The map whose fields are told of; undefined when there is none below. */
  readonly members: FieldNode | undefined;
  /** What comes between the field's name and theirs. */
  readonly place: "" | "[]" | ".<name>";
}

/** Looks for the fields below a field: of itself, of its entries, or of all its alternatives together. */
export function membersOf(field: FieldNode): Members {
  if (field.properties !== undefined) {
    return isType(field) ? { members: undefined, place: "" } : { members: field, place: "" };
  }
  if (field.items?.properties !== undefined) return { members: field.items, place: "[]" };
  const { additionalProperties: value } = field;
  if (typeof value === "object" && value.properties !== undefined) return { members: value, place: ".<name>" };
  const maps = field.title === undefined ? (field.anyOf ?? []).filter((one) => one.properties !== undefined) : [];
  if (maps.length === 0) return { members: undefined, place: "" };
  // What only one of several maps asks for is not required of the field.
  const properties = Object.assign({}, ...maps.map((one) => one.properties)) as Record<string, FieldNode>;
  return { members: { properties, ...(maps.length === 1 && { required: maps[0]?.required ?? [] }) }, place: "" };
}

/** A text that may also be written as a map, such as a secret, is a type and no section. */
function isType({ title, properties }: FieldNode): boolean {
  return title !== undefined && Object.keys(properties ?? {}).every((name) => name === "env" || name === "file");
}

const mostInline = 3;

/** Few plain fields are told of in place. */
export function isSection({ properties = {}, title }: FieldNode, place: Members["place"]): boolean {
  const fields = Object.values(properties);
  return (
    title !== undefined || place !== "" || fields.length > mostInline || fields.some((one) => membersOf(one).members)
  );
}

/** What a value may be, in words; empty when its fields say it all. */
export function typeWords(node: FieldNode): string {
  const { title, const: fixed, enum: words, type, items, additionalProperties: value, anyOf } = node;
  if (title !== undefined && node.properties === undefined) return `[${title}](#${anchor(title)})`;
  if (fixed !== undefined) return code(JSON.stringify(fixed).replaceAll('"', ""));
  if (words !== undefined) return words.map((word) => code(String(word))).join(", ");
  if (anyOf !== undefined) return alternatives(anyOf);
  if (node.properties !== undefined) return "";
  switch (type) {
    case "array":
      return items === undefined ? "list" : `list of ${typeWords(items) || "maps"}`;
    case "object":
      return typeof value === "object" ? `map of ${typeWords(value)}` : "map";
    case "integer":
    case "number":
      return `${type}${range(node)}`;
    case "boolean":
      return "`true` or `false`";
    case "string":
      return "text";
    default:
      return "anything";
  }
}

/** One thing or a list of it is said once. */
function alternatives(nodes: readonly FieldNode[]): string {
  const words = nodes.map(typeWords);
  const [first = "", second] = words;
  if (second === `list of ${first}`) return `${first}, or a list`;
  return words.filter((word) => word !== "").join(" or ");
}

const unbounded = Number.MAX_SAFE_INTEGER;

function range({ minimum, exclusiveMinimum, maximum = unbounded, exclusiveMaximum }: FieldNode): string {
  if (minimum !== undefined && maximum !== unbounded) return `, ${minimum} to ${maximum}`;
  const limits = [
    minimum === undefined ? "" : `${minimum} or more`,
    exclusiveMinimum === undefined ? "" : `more than ${exclusiveMinimum}`,
    maximum === unbounded ? "" : `at most ${maximum}`,
    exclusiveMaximum === undefined ? "" : `less than ${exclusiveMaximum}`,
  ];
  return limits.map((limit) => (limit === "" ? "" : `, ${limit}`)).join("");
}
