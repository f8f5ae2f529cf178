import { billingCall } from "./billing-sources.ts";
import { stepwise } from "./steps.ts";

export const billingFiguresName = "billing-figures";

/** One look at what the provider has counted, to be scheduled: an hour apart is enough. Costs nothing. */
export const billingFigures = stepwise({
  name: billingFiguresName,
  summary: "reads the usage that the provider counted, to compare it with the ledger",
  polarity: "negative",
  steps: [
    {
      name: "figures",
      call: ({ target, nowMs }) =>
        target.audit?.billing && { ...billingCall(target, target.audit.billing, nowMs), afterMs: undefined },
    },
  ],
});
