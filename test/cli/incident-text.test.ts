import { expect, test } from "vitest";
import { incidentLines, incidentStory } from "../../src/cli/incidents.ts";
import { atMs, incident, transition } from "../notify/samples.ts";

const story = (over: Parameters<typeof incident>[0] = {}): string =>
  incidentStory({
    incident: { ...incident(over), id: "f00dfeed-1" },
    transitions: [
      {
        ...transition(),
        routes: [
          { receiver: "pager", notified: true, reason: "opened", by: "pages" },
          { receiver: "team", notified: true, reason: "opened", by: "pages", heldUntilMs: atMs + 3_600_000 },
          { receiver: "lead", notified: false, reason: "only-if-unacknowledged" },
          { receiver: "archive", notified: false, reason: "silenced", by: "sil-1" },
        ],
      },
    ],
    deliveries: [
      {
        id: "msg_1",
        incidentId: "f00dfeed-1",
        sequence: 1,
        receiver: "pager",
        summary: "prompt tokens 12 → 57",
        state: "superseded",
        attempts: 0,
        createdAtMs: atMs,
        dueAtMs: atMs,
      },
    ],
  });

test("says of each receiver why it was told or not, by which route, and until when it is held", () => {
  const text = story();
  for (const line of [
    "    pager: notified, opened (pages)",
    "    team: notified, opened (pages), held until 2026-11-23T11:12:00Z",
    "    lead: not notified, only-if-unacknowledged",
    "    archive: not notified, silenced (sil-1)",
    "  msg_1  pager  reported by another message  prompt tokens 12 → 57",
    "2 of 3 runs bad since 2026-11-23T10:10:00Z",
  ])
    expect(text.split("\n")).toContain(line);
});

test("says what keeps it quiet, and what it stands for", () => {
  expect(story({ notifications: { muted: { reason: "provider-is-down", by: "beef-1" } } })).toContain(
    "muted: provider-is-down (beef-1)\n",
  );
  const group = { reason: "provider-is-down", members: ["mini", "large"], headline: "x" } as const;
  expect(story({ group })).toContain("since 2026-11-23T10:10:00Z: mini, large\n");
  const headline = "mini: total time up in 2 of 2 probes, ×2.0";
  expect(story({ group: { ...group, headline } })).toContain(`\n${headline} (`);
});

test("one line of a list: what stands for others by its sentence, and what is part of that", () => {
  const headline = "mini: total time up in 2 of 2 probes, ×2.0";
  const group = { reason: "moved-together", members: ["a", "b"], headline } as const;
  const muted = { reason: "moved-together", by: "beef-1" };
  const [cover, member] = incidentLines(
    [incident({ group }), incident({ notifications: { muted } })].map((one) => ({ ...one, id: "f00dfeed-1" })),
    atMs,
  ).split("\n");
  expect(cover).toContain(`  ${headline}  for 2 min  f00dfeed-1`);
  expect(member).toContain("f00dfeed-1, muted: moved-together (beef-1)");
});

test("whoever acknowledged an incident has not resolved it, and what is over is muted by nothing", () => {
  const view = (state: "acknowledged" | "resolved") => ({
    ...incident({ state, acknowledged: { by: "ann", why: "x", atMs } }),
    id: "f00dfeed-1",
    notifications: { muted: { reason: "same-cause", by: "other-1" } },
  });
  expect(incidentLines([view("acknowledged")], atMs)).toMatch(/^acknowledged by ann {2}.*, muted: same-cause/);
  expect(incidentLines([view("resolved")], atMs)).toMatch(/^resolved {2}(?!.*muted)/);
});
