import { expect, test } from "vitest";
import { rehearsalText } from "../../src/cli/rehearse.ts";
import { createRehearsals, type RehearsalView } from "../../src/operate/rehearse.ts";
import { probe } from "../notify/samples.ts";

const nowMs = Date.parse("2026-11-30T02:00:00Z");
const rehearsals = createRehearsals({
  store: {
    silences: (atMs) =>
      Promise.resolve(
        atMs === nowMs
          ? [{ id: "sil-1", matcher: { target: "mini" }, startsAtMs: 0, endsAtMs: nowMs + 1, by: "ann", why: "x" }]
          : [],
      ),
    sentBefore: () => Promise.resolve(new Map()),
  },
  clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  probes: [probe],
  receiversOf: () => ["pager"],
  tzOf: () => "Europe/Berlin",
});

test("a target, a probe or its id; now, or at a time with its own silences; in the zone of the receiver", async () => {
  const wanted = { kind: "contract", severity: "breaking" } as const;
  const now = await rehearsals({ ...wanted, target: "mini" });
  expect(now).toMatchObject({
    probe: probe.id,
    tier: "page",
    tz: "Europe/Berlin",
    lines: [{ sentAtMs: nowMs + 60_000, tz: "Europe/Berlin" }, {}, {}, {}],
  });
  const later = await rehearsals({ ...wanted, target: probe.id, atMs: nowMs + 5 });
  expect(later).toMatchObject({ lines: [{ sentAtMs: nowMs + 5, event: "opened", reason: "opened" }, {}, {}, {}] });
  expect(await rehearsals({ ...wanted, target: "nowhere" })).toBeUndefined();
  expect(
    rehearsalText(now as RehearsalView)
      .split("\n")
      .slice(0, 2),
  ).toEqual([
    "mini-valid@eu: breaking, page, from 2026-11-30 03:00 CET; nothing is sent",
    "  2026-11-30 03:01 CET  pager  opened: silence ended",
  ]);
});
