import type { SecretRef, SpendCap } from "../probe/target.ts";
import type { Complaint } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { moneyKey } from "./spend-cap-schema.ts";

/** Every cap on a target: its own, those of its key and those of the installation. */
export function capsOfTarget(name: string, whole: ConfigText): SpendCap[] {
  const { key, spendCap = [] } = whole.targets.get(name) ?? {};
  return [
    ...spendCap.map((cap) => ({ scope: `target/${name}`, ...cap })),
    ...capsOfKey(key, whole),
    ...whole.spendCap.map((cap) => ({ scope: "all", ...cap })),
  ];
}

/** The caps of the key that a target uses: targets with the same key share them. */
function capsOfKey(key: SecretRef | undefined, { keyCaps, targets }: ConfigText): SpendCap[] {
  if (key === undefined) return [];
  const caps = keyCaps.flatMap((section) => (isSameKey(section.key, key) ? section.caps : []));
  if (caps.length === 0) return [];
  const sharing = [...targets].flatMap(([name, target]) => (isSameKey(target.key, key) ? [name] : []));
  return caps.map((cap) => ({ scope: `key/${referenceOf(key)}`, ...cap, targets: sharing }));
}

/** A cap for a key that no target uses would never apply: most likely a typing mistake. */
export function requireKeyInUse({ keyCaps, targets }: ConfigText, complaints: Complaint[]): void {
  const used = new Set([...targets.values()].flatMap(({ key }) => (key === undefined ? [] : [referenceOf(key)])));
  for (const [index, { key }] of keyCaps.entries()) {
    if (used.has(referenceOf(key))) continue;
    complaints.push({
      path: ["keyCaps", index],
      key: "key",
      expected: "the key of a target",
      got: referenceOf(key),
      hint: "write it exactly as in the target: key: { env: NAME }",
    });
  }
}

function isSameKey(one: SecretRef | undefined, other: SecretRef): boolean {
  return one !== undefined && referenceOf(one) === referenceOf(other);
}

/** A name for a key that reveals nothing about it. */
function referenceOf(key: SecretRef): string {
  return "env" in key ? `env:${key.env}` : `file:${key.file}`;
}

/** A cap in money needs a price, and `requireKnownPrice` asks for one in any case. */
export function requirePrice(name: string, whole: ConfigText, complaints: Complaint[]): void {
  const target = whole.targets.get(name);
  if (target === undefined) return;
  const got = `no list price for ${target.model} of ${target.provider}`;
  const hint = "add prices: { input: … USD, output: … USD } to the target";
  if (whole.requireKnownPrice) {
    const expected = "a known price, because requireKnownPrice is set";
    complaints.push({ path: ["targets", name], key: "model", expected, got, hint });
    return;
  }
  const sections = [
    { path: ["targets", name, "spendCap"], caps: target.spendCap },
    { path: ["spendCap"], caps: whole.spendCap },
    ...whole.keyCaps.map(({ key, caps }, index) => ({
      path: ["keyCaps", index],
      caps: isSameKey(target.key, key) ? caps : [],
    })),
  ];
  for (const { path, caps } of sections) {
    const cap = caps.find(({ microUsd }) => microUsd !== undefined);
    if (cap === undefined) continue;
    const key = moneyKey(cap);
    const expected = `a known price of target ${name}, because a cap in money needs one`;
    complaints.push({ path, key, expected, got, hint: `${hint}, or use ${key.replace("per", "tokensPer")} instead` });
    return;
  }
}
