import { isAboutBlindness } from "../../judgement/spend/blind.ts";
import type { Alert, Change } from "./alert.ts";
import { errorOf } from "./headline.ts";

/** What it means for whoever uses the target; undefined: nothing, or nothing that can be said. */
export function impactOf({ kind, severity, status, likelyCause, changes }: Alert): string | undefined {
  if (status === "resolved" || status === "information") return undefined;
  switch (kind) {
    case "availability":
      if (likelyCause === "monitor") return undefined;
      return severity === "breaking" ? "requests get no reply" : "some requests fail";
    case "expectation":
      if (likelyCause === "credentials") return errorImpacts.key;
      return errorImpacts[errorOf(changes[0]) ?? "none"];
    case "policy":
      return "requests that must be refused are answered";
    case "contract":
      return severity === "breaking"
        ? `clients that read ${changes[0]?.what ?? "the changed fields"} can fail`
        : "clients with a strict parser can fail, others go on";
    case "error-shape":
      return "clients may not recognise this error: they may retry or report it wrongly";
    case "latency":
      return isLess(changes[0]) === true
        ? "nothing bad: replies come faster than before"
        : "users wait longer, and clients with short timeouts fail";
    case "usage":
      return `each request costs ${costWords.get(isLess(changes[0])) ?? ""} than before`;
    case "budget":
      if (isAboutBlindness(changes[0]?.what ?? "")) return "outages can go unnoticed";
      return changes[0]?.what.startsWith("spend cap ") === true ? "outages can go unnoticed until then" : undefined;
    case "output":
      return changes[0]?.what === "answers replayed"
        ? "users can get answers to other people's requests, or old ones"
        : "answers can be of another quality, price or style than what was tested";
    case "monitor":
      return "alerts about targets can be late or missing";
    default:
      return kind satisfies never;
  }
}

const errorImpacts = {
  server: "requests get an error instead of an answer",
  limit: "requests beyond the limit get an error instead of an answer",
  key: "requests with this key are refused",
  request: "requests like this one get an error instead of an answer",
  none: "clients that rely on this rule get replies that break it",
} as const;

const costWords = new Map([
  [true, "less"],
  [false, "more"],
  [undefined, "more or less"],
]);

/** Whether a number fell: `812 ms → 406 ms (×0.5, …)`, `57 → 12`; undefined: that can't be seen. */
function isLess(change: Change | undefined): boolean | undefined {
  if (change === undefined) return undefined;
  const ratio = Number(/\(×([\d.]+)/.exec(change.after)?.[1] ?? Number(change.after) / Number(change.before));
  return Number.isFinite(ratio) ? ratio < 1 : undefined;
}
