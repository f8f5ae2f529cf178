import fc from "fast-check";
import type { Alert } from "../../src/notify/compose/alert.ts";

/** What a model, a provider or somebody with a grudge might have had a hand in. */
const nasty = [
  "@everyone",
  "@here <!channel> <!here> <@U123> <@&456> <#C1> <users/all> <at>me</at>",
  "[click](https://evil.example/x) <https://evil.example|bank> https://evil.example/y",
  "**bold** _it_ ~~gone~~ `code` ```block``` ||spoiler|| > quote # head",
  "<script>alert(1)</script><b>x</b>&amp;&lt;<a href='https://evil.example'>x</a>",
  "\u202Eright to left\u2066\u200B\uFEFF\u0000\u001b[31mred\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007",
  "\uD800lone surrogate \uDFFF",
  "line\nbreak\r\nand\ttab\u2028sep",
  '"},{"x":"\\',
  "{{summary}} ${x} %n %s",
  "👩‍👩‍👧‍👦".repeat(300),
  "\\".repeat(3000),
  "&<>".repeat(3000),
  "*_`~|[]()#>-@".repeat(1500),
  "日本語".repeat(4000),
];

const text = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...nasty), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" ")),
);

const statuses = ["firing", "acknowledged", "resolved"] as const;
const time = fc.constantFrom("2026-11-23T10:10:00.000Z", "2026-11-23T10:12:00.000Z", "not a time");

/** Alerts as no composer makes them: a receiver must hold its service's limits on its own. */
const usual = fc.record({
  reach: fc.option(
    fc.record({
      affected: fc.array(text, { maxLength: 8 }),
      moreAffected: fc.nat(),
      fine: fc.array(text, { maxLength: 8 }),
      moreFine: fc.nat(),
    }),
  ),
  version: fc.constant(1),
  incidentId: fc.constantFrom("f00dfeed-1", `${"f00dfeed".repeat(40)}-1`),
  fingerprint: text,
  sequence: fc.nat(),
  event: fc.constantFrom("opened", "reopened", "unacknowledged", "escalated", "reminded", "acknowledged", "resolved"),
  status: fc.constantFrom(...statuses),
  reason: text,
  at: fc.constant("2026-11-23T10:12:00.000Z"),
  kind: fc.constantFrom("contract", "usage", "latency", "monitor"),
  severity: fc.constantFrom("breaking", "risky", "informative"),
  summary: text,
  changes: fc.array(fc.record({ what: text, before: text, after: text }), { maxLength: 30 }),
  moreChanges: fc.nat(),
  target: text,
  model: text,
  scenario: text,
  location: text,
  probe: text,
  firstBadSlot: time,
  lastGoodSlot: fc.option(time, { nil: null }),
  badRuns: fc.nat(),
  judgedRuns: fc.nat(),
  baselineVersion: fc.option(fc.nat(), { nil: null }),
  evidence: fc.array(fc.record({ runId: text, traceId: text, requestId: text, status: fc.nat(599) }), {
    maxLength: 12,
  }),
  likelyCause: fc.constantFrom("provider", "network", "credentials", "monitor"),
  nextStep: text,
  tier: fc.constantFrom("page", "ticket"),
  confirmation: fc.constantFrom("slots", "many-runs", "asked-again"),
  moreMembers: fc.nat(500),
});

const earlier = fc.record({
  id: fc.constant("msg_1"),
  sequence: fc.nat(),
  event: fc.constantFrom("opened", "escalated", "reminded"),
  at: time,
  reason: text,
});

export const hostileAlert: fc.Arbitrary<Alert> = fc
  .tuple(
    usual,
    fc.option(fc.array(text, { maxLength: 250 }), { freq: 3 }),
    fc.option(fc.array(earlier, { maxLength: 30 }), { freq: 2 }),
  )
  .map(([alert, members, before]) => ({
    ...alert,
    ...(members === null ? {} : { members }),
    ...(before === null ? {} : { earlier: before }),
  })) as fc.Arbitrary<Alert>;
