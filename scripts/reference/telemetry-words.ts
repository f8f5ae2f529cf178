import { attributeWords } from "../../src/telemetry/attribute-words.ts";
import { attributes } from "../../src/telemetry/names.ts";
import { code } from "./markdown.ts";
import { sources, vocabularies } from "./vocabularies.ts";

const meanings = new Map<string, string>(
  Object.entries(attributes).map(([key, name]) => [name, attributeWords[key as keyof typeof attributes]]),
);

export function meaningOf(attribute: string): string {
  const meaning = meanings.get(attribute);
  if (meaning === undefined) throw new Error(`${attribute} is in no table of names`);
  return meaning;
}

/** The values that an attribute may have, each with what it means; on a metric, what it may have there. */
export function vocabularyOf(attribute: string, metric = ""): readonly (readonly [value: string, meaning: string])[] {
  return Object.entries(vocabularies[`${attribute} ${metric}`] ?? vocabularies[attribute] ?? {});
}

/** Where the values come from, in short; empty when anything may be there. */
export function valuesOf(attribute: string, place = ""): string {
  const here = sources[`${attribute} ${place}`];
  if (here !== undefined) return here;
  const words = vocabularyOf(attribute, place).map(([value]) => code(value));
  return words.length > 0 ? words.join(", ") : (sources[attribute] ?? "");
}
