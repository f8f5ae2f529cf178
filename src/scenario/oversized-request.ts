import { injectedReply } from "../exchange/injection.ts";
import { outcomeText, policyRule } from "./rules.ts";
import { noQuestion, seenIn, stepwise } from "./steps.ts";

/** Where the client sets no limit, this much must be too much all the same. */
const defaultLimit = 256 * 1024;

/** Should the client let it through, it ends on a wire that leads nowhere: it cannot be billed. */
const caught = injectedReply("caught", 200, {}, '{"caught":true}');

export const oversizedRequest = stepwise({
  name: "oversized-request",
  summary: "the client itself refuses a prompt above its limit: no byte leaves the process",
  polarity: "negative",
  steps: [
    {
      name: "oversized-request",
      isLocal: true,
      call: ({ target }) => {
        const size = (target.policy.maxRequestBytes ?? defaultLimit) + 1;
        return {
          ask: noQuestion,
          credential: "none",
          inject: caught,
          mutate: (body) => ({ ...body, messages: [{ role: "user", content: "a".repeat(size) }] }),
        };
      },
    },
  ],
  checks(done, { policy }) {
    const seen = seenIn(done, "oversized-request");
    if (seen === undefined) return [];
    const { outcome, injected } = seen;
    const isRefused = outcome.kind === "fault" && outcome.class === "request-too-large";
    const bytes = injected?.caughtBytes ?? 0;
    const limit = policy.maxRequestBytes === undefined ? "no limit is set" : `limit ${policy.maxRequestBytes} bytes`;
    const observed = `${outcomeText(seen)}, ${bytes} bytes were written (${limit})`;
    return [policyRule("refused before sending", isRefused && bytes === 0, "0 bytes written", observed)];
  },
});
