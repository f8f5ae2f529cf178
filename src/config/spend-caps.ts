import type { SpendCap } from "../probe/target.ts";
import type { Complaint } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { moneyOf } from "./text-schemas.ts";

type CapText = ConfigText["spendCap"];

/** The caps that a section `spendCap` sets for its scope, one for each span it names. */
export function capsOf(scope: string, text: CapText): SpendCap[] {
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

/** A cap in money cannot bind what has no price. */
export function requirePrice(
  name: string,
  target: ConfigText["targets"][string],
  whole: ConfigText,
  complaints: Complaint[],
): void {
  const money = ["perHour", "perDay", "perMonth"] as const;
  const own = money.find((key) => target.spendCap[key] !== undefined);
  const shared = money.find((key) => whole.spendCap[key] !== undefined);
  const key = own ?? shared;
  if (key === undefined) return;
  complaints.push({
    path: own === undefined ? ["spendCap"] : ["targets", name, "spendCap"],
    key,
    expected: `a known price${own === undefined ? ` for the target ${name}` : ""}, for a cap in money needs one`,
    got: `no list price for ${target.model} of ${target.provider}`,
    hint: `add prices: { input: … USD, output: … USD } to the target, or cap ${key.replace("per", "tokensPer")} instead`,
  });
}
