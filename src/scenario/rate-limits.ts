import { shortAsk, singleCall } from "./built-in.ts";
import { replyOf, expectationRule } from "./rules.ts";

/** Looks, and never provokes a 429. */
export const rateLimits = singleCall({
  name: "rate-limits",
  summary: "rate limits and what remains of them, as far as the headers of the reply say",
  polarity: "positive",
  ask: shortAsk(false),
  expectations: [],
  checks(done) {
    const diagnosticHeaders = replyOf(done.at(-1))?.diagnosticHeaders;
    const limits = Object.entries(diagnosticHeaders ?? {}).filter(([name]) => /rate-?limit|retry-after/.test(name));
    const observed = limits.map(([name, value]) => `${name}: ${value}`).join(", ") || "no header announces limits";
    return [expectationRule("limits announced", limits.length > 0 ? true : undefined, "headers", observed)];
  },
});
