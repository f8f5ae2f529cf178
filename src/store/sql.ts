import { createHash } from "node:crypto";
import type { NamedQuery } from "./pools/pool.ts";

/** SQL with its parameters, made by the tag `sql`. A statement inside another one becomes part of its text. */
export class Statement {
  readonly #strings: readonly string[];
  readonly #parts: readonly unknown[];

  constructor(strings: readonly string[], parts: readonly unknown[]) {
    this.#strings = strings;
    this.#parts = parts;
  }

  /** As PostgreSQL takes it: numbered parameters, and a name by which each connection plans it only once. */
  prepare(): NamedQuery {
    const values: unknown[] = [];
    const isFlat = !this.#parts.some((part) => part instanceof Statement);
    const known = isFlat ? flat.get(this.#strings) : undefined;
    if (known !== undefined) return { ...known, values: [...this.#parts] };
    const text = this.#write(values);
    const query = { name: nameOf(text), text };
    if (isFlat) flat.set(this.#strings, query);
    return { ...query, values };
  }

  #write(values: unknown[]): string {
    let text = this.#strings[0] ?? "";
    for (const [i, part] of this.#parts.entries()) {
      text += part instanceof Statement ? part.#write(values) : `$${values.push(part)}`;
      text += this.#strings[i + 1] ?? "";
    }
    return text;
  }
}

/** By the place in the program where they are written. */
const flat = new WeakMap<readonly string[], { readonly name: string; readonly text: string }>();

/** Every value becomes a parameter, never text. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Statement {
  return new Statement(strings, parts);
}

/** Text from the program itself: a name, a list of columns. Never from outside. */
export function raw(text: string): Statement {
  return new Statement([text], []);
}

/** One entry for each statement that is written in the program: texts never hold values. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `plumbline_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  names.set(text, name);
  return name;
}
