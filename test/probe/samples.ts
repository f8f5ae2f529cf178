import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { policy } from "../exchange/policy.ts";

/** A probe with nothing special about it. */
export const probe: Probe = {
  id: "valid@eu",
  name: "valid",
  target: {
    name: "mini",
    baseUrl: "http://127.0.0.1:9/v1",
    model: "gpt-4o-mini",
    provider: "openai",
    keyHeader: { name: "authorization", prefix: "Bearer " },
    headers: {},
    maxTokensField: "max_tokens",
    policy: { ...policy, retries: 0 },
    price: { inputPerMillion: 150_000, outputPerMillion: 600_000 },
    spendCaps: [],
  },
  scenario: { kind: "built-in", name: "valid-request" },
  location: "eu",
  cadence: { kind: "every", everyMs: 60_000 },
  nonce: false,
  judge: {
    learnRuns: 5,
    latencyFloorRatio: 1.5,
    maxLoopDelayMs: 100,
    drift: { falsePageEveryMs: 15_552_000_000, samples: 60, pageAfterMs: 86_400_000, fullAfterMs: 604_800_000 },
  },
  incident: { fire: { bad: 2, of: 3 }, resolveAfter: 2, remindMs: 14_400_000, reopenWithinMs: 1_800_000 },
  tier: "page",
  alerting: plainAlerting,
  receivers: ["oncall"],
};
