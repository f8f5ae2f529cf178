import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Incident, Transition } from "../../src/incident/incident.ts";
import { reduce } from "../../src/incident/reduce.ts";
import type { Ruling } from "../../src/judgement/judgement.ts";
import { probe } from "../probe/samples.ts";

const subject = { kind: "usage", series: "s", label: "prompt tokens" } as const;
const good: Ruling = { subject, outcome: "good" };
const bad = (severity: "risky" | "breaking" = "risky"): Ruling => ({
  subject,
  outcome: "bad",
  findings: [{ kind: "usage", severity, subject: "prompt tokens", expected: "9", observed: "421" }],
});
const unjudged: Ruling = { subject, outcome: "unjudged", reason: "learning" };

/** Plays rulings slot by slot: g good, b bad, B bad and breaking, C bad and confirmed at once, u unjudged. */
function play(
  story: string,
  owner = probe,
): { readonly incident: Incident | undefined; readonly transitions: Transition[] } {
  const rulings: Record<string, Ruling> = {
    g: good,
    b: bad(),
    B: bad("breaking"),
    C: { ...bad(), isConfirmed: true } as Ruling,
    u: unjudged,
  };
  let incident: Incident | undefined;
  const transitions: Transition[] = [];
  for (const [index, letter] of Array.from(story).entries()) {
    const at = {
      probe: owner,
      slotMs: 1000 * (index + 1),
      nowMs: 1000 * (index + 1),
      evidence: { runId: `r${index}` },
      lastGoodSlotMs: undefined,
    };
    const next = reduce(incident, rulings[letter] ?? good, at);
    incident = next.incident;
    if (next.transition !== undefined) transitions.push(next.transition);
  }
  return { incident, transitions };
}

const notified = (story: string): string =>
  play(story)
    .transitions.map(({ kind, atMs }) => `${kind}@${atMs / 1000}`)
    .join(" ");

describe("fires when two of three slots agree, resolves after two good ones", () => {
  test.each([
    ["ggg", ""],
    ["b", ""],
    ["bgg", ""],
    ["bb", "opened@2"],
    ["bgb", "opened@3"],
    ["bggb", ""],
    ["bub", "opened@3"],
    ["bbgbg", "opened@2"],
    ["bbgg", "opened@2 resolved@4"],
    ["bbggbb", "opened@2 resolved@4 reopened@6"],
    ["bbB", "opened@2 escalated@3"],
    ["BBb", "opened@2"],
    ["C", "opened@1"],
    ["Cgg", "opened@1 resolved@3"],
    ["ggC", "opened@3"],
  ])("%s → %s", (story, expected) => expect(notified(story)).toBe(expected));
});

describe("no reply needs three attempts in a row, those of one run counted one by one", () => {
  const subject = { kind: "availability", series: "ask", label: "reply" } as const;
  const gone = { kind: "availability", severity: "breaking", subject: "reply", expected: "a reply" } as const;
  const failed = (failures: number): Ruling => ({
    subject,
    outcome: "bad",
    findings: [{ ...gone, observed: "reset" }],
    failures,
  });

  /** Slot by slot how many attempts failed; 0: a reply came. */
  const opened = (attempts: readonly number[], fire = probe.incident.fire): string | undefined => {
    let incident: Incident | undefined;
    for (const [index, failures] of attempts.entries()) {
      const ruling: Ruling = failures === 0 ? { subject, outcome: "good" } : failed(failures);
      const at = { slotMs: 1000 * (index + 1), nowMs: 1000 * (index + 1), evidence: { runId: "r" } };
      const owner = { ...probe, incident: { ...probe.incident, fire } };
      const next = reduce(incident, ruling, { ...at, probe: owner, lastGoodSlotMs: undefined });
      if (next.transition !== undefined) return `${next.transition.reason} in slot ${index + 1}`;
      incident = next.incident;
    }
    return undefined;
  };

  test("a time-out is not tried again: the third slot tells it", () => {
    expect(opened([1, 1])).toBeUndefined();
    expect(opened([1, 1, 1])).toBe("3-of-3-attempts-failed in slot 3");
  });

  test("what was tried again on a connection of its own is told in the second", () => {
    expect(opened([2])).toBeUndefined();
    expect(opened([2, 2])).toBe("3-of-3-attempts-failed in slot 2");
    expect(opened([2, 1])).toBe("3-of-3-attempts-failed in slot 2");
  });

  test("a reply between begins the count anew, until they are too many for chance", () => {
    expect(opened([1, 0, 1, 0, 1])).toBeUndefined();
    expect(opened([1, 0, 1, 0, 1, 0, 1])).toBe("4-of-7-runs-bad in slot 7");
  });

  test("a rule of one is kept, a wider one is never narrower than three", () => {
    expect(opened([1], { bad: 1, of: 1 })).toBe("1-of-1-attempts-failed in slot 1");
    expect(opened([1, 0, 1, 0, 1], { bad: 2, of: 5 })).toBe("3-of-5-attempts-failed in slot 5");
    expect(opened([1, 1, 1], { bad: 4, of: 4 })).toBeUndefined();
  });
});

test("the second time, too late to be the first come back, is another episode with a sequence of its own", () => {
  const { transitions } = play("bbggbb", { ...probe, incident: { ...probe.incident, reopenWithinMs: 0 } });
  expect(transitions.map(({ incidentId, sequence }) => `${incidentId.split("-").at(-1)}.${sequence}`)).toEqual([
    "1.1",
    "1.2",
    "2.1",
  ]);
});

test("a slot that comes late changes nothing (I3)", () => {
  const { incident } = play("bbg");
  const late = { probe, slotMs: 1500, nowMs: 9000, evidence: { runId: "late" }, lastGoodSlotMs: undefined };
  expect(reduce(incident, bad("breaking"), late)).toEqual({ incident, reason: "late-slot" });
});

test("whatever happens: opened and resolved alternate, and nothing is told of a single bad slot (I3, I5)", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("g", "b", "B", "u"), maxLength: 60 }), (story) => {
      const main = play(story)
        .transitions.map(({ kind }) => kind)
        .filter((kind) => kind !== "escalated");
      expect(
        main.every((kind, index) =>
          index === 0 ? kind === "opened" : kind === (index % 2 === 0 ? "reopened" : "resolved"),
        ),
      ).toBe(true);
      expect(/[bB][^g]*[gu]*[bB]/.test(story) || main.length === 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("of a rule that a part of the replies breaks, two good ones in a row say nothing", () => {
  const rule = { kind: "expectation", series: "s", label: "expectations" } as const;
  const played = (story: string): string[] => {
    let incident: Incident | undefined;
    return Array.from(story).flatMap((letter, index) => {
      const ruling: Ruling = letter === "g" ? { subject: rule, outcome: "good" } : { ...bad(), subject: rule };
      const slotMs = 3_600_000 * (index + 1);
      const next = reduce(incident, ruling, {
        probe,
        slotMs,
        nowMs: slotMs,
        evidence: { runId: `r${index}` },
        lastGoodSlotMs: undefined,
      });
      incident = next.incident;
      return next.transition === undefined ? [] : [`${next.transition.kind}@${index + 1}`];
    });
  };
  expect(played(`bb${"g".repeat(20)}`)).toEqual(["opened@2", "resolved@19"]);
  expect(played(`bbb${"g".repeat(20)}`)).toEqual(["opened@2", "resolved@8"]);
  expect(played("bgbbgggbggbgggbbgg")).toEqual(["opened@3"]);
  expect(played(`bgbb${"g".repeat(40)}`)).toEqual(["opened@3", "resolved@26"]);
});
