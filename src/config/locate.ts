import { isMap, isPair, isScalar, isSeq, type Node } from "yaml";
import type { YamlText } from "./read-yaml.ts";
import { looksSecret } from "../probe/looks-secret.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a path stands in the text: its own node, else the nearest one around it. `key`: the position of the key itself. */
export function positionOf(
  { document, lines }: YamlText,
  path: readonly PropertyKey[],
  key?: string,
): Position | undefined {
  let node: unknown = document.contents;
  let found: Node | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) break;
      if (isScalar(pair.key)) found = pair.key;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      found = (node as Node | undefined) ?? found;
    } else break;
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair !== undefined && isScalar(pair.key)) found = pair.key;
  }
  const offset = found?.range?.[0];
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** `probes[2].every` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = looksSecret(String(step)) ? "…" : String(step).slice(0, 80);
    return text === "" ? name : `${text}.${name}`;
  }, "");
}
