import { stringify } from "yaml";
import { z } from "zod";
import { ownMember } from "./own-member.ts";
import { configSchema } from "./schema.ts";

let schema: unknown;

/** What would be right at this place, as it would stand in the file: `every: 5m`. From the schema that editors read. */
export function exampleAt(path: readonly PropertyKey[]): string | undefined {
  schema ??= z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  const [example] = placesAt([schema], path).flatMap(examplesOf);
  if (example === undefined) return undefined;
  const value = stringify(example, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
  const key = path.at(-1);
  return typeof key === "string" ? `${key}: ${value}` : value;
}

/** Every branch of the schema that speaks of this place. */
function placesAt(from: readonly unknown[], path: readonly PropertyKey[]): readonly unknown[] {
  const branches = from.flatMap(branchesOf);
  const [step, ...rest] = path;
  if (step === undefined) return branches;
  const next = branches.flatMap((node) => {
    const named = ownMember(ownMember(node, "properties"), step);
    const other = ownMember(node, typeof step === "number" ? "items" : "additionalProperties");
    return [named ?? other].filter((one) => typeof one === "object");
  });
  return next.length === 0 ? [] : placesAt(next, rest);
}

function branchesOf(node: unknown): readonly unknown[] {
  const reference = ownMember(node, "$ref");
  if (typeof reference === "string") {
    return branchesOf(reference.split("/").slice(1).reduce<unknown>(ownMember, schema));
  }
  const choices = ["anyOf", "oneOf", "allOf"].flatMap((key) => ownMember(node, key) ?? []);
  return [node, ...choices.flatMap(branchesOf)];
}

function examplesOf(node: unknown): readonly unknown[] {
  const given = (key: string): readonly unknown[] => (ownMember(node, key) as unknown[] | undefined) ?? [];
  const fixed = ["const", "default", "minimum"].map((key) => ownMember(node, key));
  const whole = ownMember(node, "type") === "boolean" ? [true] : [];
  const small = [...given("examples"), ...given("enum"), ...fixed, ...whole].filter((one) => one !== undefined);
  return small.filter((one) => (JSON.stringify(one) ?? "").length <= 100 && JSON.stringify(one) !== "{}");
}
