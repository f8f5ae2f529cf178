import type { SpendCap } from "../probe/target.ts";
import type { Complaint } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { moneyOf } from "../probe/text-schemas.ts";

type CapText = ConfigText["spendCap"];

/** The caps that a section `spendCap` sets for its scope, one for each span it names. */
function capsOf(scope: string, text: CapText): SpendCap[] {
  const money = (given: string | undefined): SpendCap["microUsd"] => (given === undefined ? undefined : moneyOf(given));
  const caps: SpendCap[] = [
    { scope, span: "hour", microUsd: money(text.perHour), tokens: text.tokensPerHour, requests: text.requestsPerHour },
    { scope, span: "day", microUsd: money(text.perDay), tokens: text.tokensPerDay, requests: text.requestsPerDay },
    {
      scope,
      span: "month",
      microUsd: money(text.perMonth),
      tokens: text.tokensPerMonth,
      requests: text.requestsPerMonth,
    },
  ];
  return caps.filter(({ microUsd, tokens, requests }) => [microUsd, tokens, requests].some((it) => it !== undefined));
}

/** Its own, those of its key and those of everything. */
export function capsOfTarget(name: string, text: ConfigText["targets"][string], whole: ConfigText): SpendCap[] {
  return [...capsOf(`target/${name}`, text.spendCap), ...capsOfKey(text.key, whole), ...capsOf("all", whole.spendCap)];
}

type KeyText = ConfigText["targets"][string]["key"];

/** The caps of the key that a target uses: whoever shares it shares them. */
function capsOfKey(key: KeyText, { keyCaps, targets }: ConfigText): SpendCap[] {
  if (key === undefined) return [];
  const sharing = Object.entries(targets).flatMap(([name, target]) => (isSameKey(target.key, key) ? [name] : []));
  return keyCaps
    .filter((cap) => isSameKey(cap.key, key))
    .flatMap((cap) => capsOf(`key/${referenceOf(key)}`, cap).map((one) => ({ ...one, targets: sharing })));
}

/** A cap of a key that nobody uses would never bind: a slip of the pen. */
export function requireKeyInUse({ keyCaps, targets }: ConfigText, complaints: Complaint[]): void {
  for (const [index, { key }] of keyCaps.entries()) {
    if (Object.values(targets).some((target) => isSameKey(target.key, key))) continue;
    complaints.push({
      path: ["keyCaps", index],
      key: "key",
      expected: "the key of a target",
      got: referenceOf(key),
      hint: "write it as the target does: key: { env: NAME }",
    });
  }
}

function isSameKey(one: KeyText, other: KeyText): boolean {
  return one !== undefined && other !== undefined && referenceOf(one) === referenceOf(other);
}

/** A name for a key that says nothing of it. */
function referenceOf(key: NonNullable<KeyText>): string {
  return "env" in key ? `env:${key.env}` : `file:${key.file}`;
}

/** A cap in money cannot bind what has no price, and some want every price known. */
export function requirePrice(
  name: string,
  target: ConfigText["targets"][string],
  whole: ConfigText,
  complaints: Complaint[],
): void {
  const money = ["perHour", "perDay", "perMonth"] as const;
  if (whole.requireKnownPrice) {
    complaints.push({
      path: ["targets", name],
      key: "model",
      expected: "a known price, for requireKnownPrice is set",
      got: `no list price for ${target.model} of ${target.provider}`,
      hint: "add prices: { input: … USD, output: … USD } to the target",
    });
    return;
  }
  const own = money.find((key) => target.spendCap[key] !== undefined);
  const shared = money.find((key) => whole.spendCap[key] !== undefined);
  const ofKey = whole.keyCaps.findIndex(
    (cap) => isSameKey(cap.key, target.key) && money.some((key) => cap[key] !== undefined),
  );
  const key = own ?? shared ?? money.find((name) => whole.keyCaps[ofKey]?.[name] !== undefined);
  if (key === undefined) return;
  complaints.push({
    path: own !== undefined ? ["targets", name, "spendCap"] : shared !== undefined ? ["spendCap"] : ["keyCaps", ofKey],
    key,
    expected: `a known price${own === undefined ? ` for the target ${name}` : ""}, for a cap in money needs one`,
    got: `no list price for ${target.model} of ${target.provider}`,
    hint: `add prices: { input: … USD, output: … USD } to the target, or cap ${key.replace("per", "tokensPer")} instead`,
  });
}
