import { describe, expect, test } from "vitest";
import type { Observation } from "../../src/observation/observation.ts";
import { withPlausibleUsage } from "../../src/observation/plausible-usage.ts";
import type { Usage } from "../../src/probe/usage.ts";
import { judgePlausibleUsage } from "../../src/judgement/rules/plausible-usage.ts";
import { numbersAt } from "../../src/observation/numbers.ts";
import { protocolOf } from "../../src/protocol/of-target.ts";
import { probe } from "../probe/samples.ts";

const bound = { maxPromptTokens: 120, maxOutputTokens: 64 };

function seen(usage: Usage): Observation {
  const outcome = { kind: "reply", status: 200, usage } as Extract<Observation["outcome"], { kind: "reply" }>;
  return { call: "ask", outcome } as Observation;
}

describe("usage that cannot be true", () => {
  test.each<[string, Usage]>([
    ["far beyond the prompt", { promptTokens: 9e12, completionTokens: 2 }],
    ["far beyond the answer", { promptTokens: 9, completionTokens: 10_001 }],
    ["negative", { promptTokens: 9, completionTokens: -1 }],
    ["fractional", { promptTokens: 9.5, completionTokens: 2 }],
    ["beyond every number", { promptTokens: Infinity, completionTokens: 2 }],
    ["not exact any more", { totalTokens: 2 ** 53 }],
    ["cached more than was ever sent", { promptTokens: 9, completionTokens: 2, cachedTokens: 1e9 }],
  ])("becomes unknown: %s", (_what, usage) => {
    const { outcome } = withPlausibleUsage(seen(usage), bound);
    expect(outcome).toMatchObject({ usage: undefined, implausibleUsage: { count: expect.any(String) } });
    expect(judgePlausibleUsage(withPlausibleUsage(seen(usage), bound))).toMatchObject([{ outcome: "bad" }]);
  });

  test("is reported with what was possible", () => {
    const [ruling] = judgePlausibleUsage(withPlausibleUsage(seen({ promptTokens: 9e12 }), bound));
    expect(ruling).toMatchObject({
      findings: [
        {
          kind: "usage",
          subject: "implausible usage",
          expected: "at most 120 possible",
          observed: "9,000,000,000,000 prompt tokens reported",
        },
      ],
    });
  });

  test("leaves room for hidden prompts and ignored limits", () => {
    const usage = { promptTokens: 9_000, completionTokens: 2_000, totalTokens: 10_000 };
    expect(withPlausibleUsage(seen(usage), bound)).toEqual(seen(usage));
    expect(judgePlausibleUsage(seen(usage))).toMatchObject([{ outcome: "good" }]);
    const large = { maxPromptTokens: 5_000, maxOutputTokens: 64 };
    expect(withPlausibleUsage(seen({ promptTokens: 50_000 }), large)).toEqual(seen({ promptTokens: 50_000 }));
  });

  test("is kept by the protocol until it can be compared", () => {
    const { usage } = protocolOf(probe.target).read([{ usage: { prompt_tokens: -3, completion_tokens: 1e300 } }]);
    expect(usage).toMatchObject({ promptTokens: -3, completionTokens: 1e300 });
  });
});

test("figures that no provider can have counted are not read", () => {
  const document = { data: [{ usd: 1e300 }, { usd: 2 }], huge: 1e308, text: "12.5" };
  expect(numbersAt(document, { usd: "data.*.usd", huge: "huge", text: "text" })).toEqual({ usd: 2, text: 12.5 });
});
