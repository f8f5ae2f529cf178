import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sparkline } from "../../src/report/live-run.ts";
import { type LiveFrame, renderLive } from "../../src/report/live.ts";
import { displayWidth } from "../../src/std/display-width.ts";
import { anIncident, anOverview } from "./samples.ts";

const frame: LiveFrame = {
  columns: 80,
  colour: false,
  title: "plumbline demo",
  elapsedMs: 41_000,
  phase: "drift 1 of 4 is in force",
  events: ["00:36  changed  field-removed", "00:41  alert    contract drift"],
  caps: new Map([["demo", [{ scope: "target/demo", span: "day", microUsd: 500_000 }]]]),
};

describe("renderLive", () => {
  it("says what somebody has stopped, and why", () => {
    const why = "the provider moves\u001b[2J";
    const pauses = [{ probeId: "valid@eu", by: "ann", why, sinceMs: Date.parse("2026-11-23T17:06:56Z") }];
    const picture = renderLive({ ...anOverview, pauses }, frame);
    expect(picture).toContain(" paused  valid@eu by ann since 2026-11-23 17:06 UTC: the provider moves");
    expect(picture).not.toContain("\u001b");
  });

  it("draws 80 columns", () => {
    expect(renderLive(anOverview, frame)).toMatchInlineSnapshot(`
      " plumbline demo  00:41  drift 1 of 4 is in force
       learning what is normal  ███████████████░░░░░  9 of 12 runs
       demo  $0.0012 of $0.50 today · 60 requests · 900 tokens · cost of 2 runs unkno…
       alerts  1 on the way · ✗ 2 failed

         probe                  runs                      latency  tokens       cost
       ◆ demo valid-request     ▇▇▇▇▇▇▇▇▇▇◆◆◆◆◆  ▄▄▄▄███   270 ms      17  $0.000007
       ░ demo streamed-request  ░░░░░░░░░        ███▇███   156 ms      17  $0.000007
       · demo invalid-key       ?✗▄·                  █    144 ms       –    unknown
       · demo missing-model                                     –       –    unknown

       2 open incidents
       ◆ demo valid-request  contract for 5 s: $.choices[].message.role absent, expec…
       ◆ demo valid-request  latency for 5 s: total time · acknowledged

       00:36  changed  field-removed
       00:41  alert    contract drift

       ▇ ok  ░ learning  ▄ warn  ◆ drift  ✗ fail  ? inconclusive  · no data
      "
    `);
  });

  it("draws 120 columns", () => {
    expect(renderLive(anOverview, { ...frame, columns: 120 })).toMatchInlineSnapshot(`
      " plumbline demo  00:41  drift 1 of 4 is in force
       learning what is normal  ███████████████░░░░░  9 of 12 runs
       demo  $0.0012 of $0.50 today · 60 requests · 900 tokens · cost of 2 runs unknown
       alerts  1 on the way · ✗ 2 failed

         probe                  runs                                                              latency  tokens       cost
       ◆ demo valid-request     ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇◆◆◆◆◆                        ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄███   270 ms      17  $0.000007
       ░ demo streamed-request  ░░░░░░░░░                                              ▇▇███▇███   156 ms      17  $0.000007
       · demo invalid-key       ?✗▄·                                                          █    144 ms       –    unknown
       · demo missing-model                                                                             –       –    unknown

       2 open incidents
       ◆ demo valid-request  contract for 5 s: $.choices[].message.role absent, expected string
       ◆ demo valid-request  latency for 5 s: total time · acknowledged

       00:36  changed  field-removed
       00:41  alert    contract drift

       ▇ ok  ░ learning  ▄ warn  ◆ drift  ✗ fail  ? inconclusive  · no data
      "
    `);
  });

  it("shows a dead target as such, and the median of what learns", () => {
    const [, , , never] = anOverview.probes;
    if (never === undefined) throw new Error("no sample");
    const run = { runId: "r", slotMs: 0, state: "done", totalMs: 0, tokens: 0 } as const;
    const dead = {
      ...never,
      recent: [
        { ...run, verdict: "fail" as const },
        { ...run, verdict: "inconclusive" as const },
      ],
    };
    const probes = [1, 20, 21].map((done) => ({ ...dead, learning: { done, of: 60 } }));
    const picture = renderLive({ ...anOverview, probes }, frame);
    expect(picture).toMatch(/ \? demo missing-model {2}✗\? +– +0 +unknown/);
    expect(picture).not.toContain("0 ms");
    expect(picture).toContain("20 of 60 runs, median of 3\n");
  });

  it("says so when there is nothing to worry about, and names no cap where there is none", () => {
    const quiet = renderLive(
      { ...anOverview, incidents: [], deliveries: { pending: 0, failed: 0 } },
      { ...frame, caps: new Map() },
    );
    expect(quiet).toContain("✓ no open incident");
    expect(quiet).toContain("today, no cap");
    expect(quiet).not.toContain("alerts");
  });

  it("colours the very same text, and only when asked", () => {
    const coloured = renderLive(anOverview, { ...frame, colour: true });
    expect(coloured).toContain("\u001B[");
    expect(stripVTControlCharacters(coloured).replaceAll(/ +$/gm, "")).toBe(renderLive(anOverview, frame));
  });

  it("is never wider than the terminal and never lets a control character through", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 140 }), text, text, text, (columns, name, observed, event) => {
        const [first] = anOverview.probes;
        const hostile = {
          ...anOverview,
          probes: [
            {
              ...first,
              probeId: name,
              target: name,
              model: name,
              scenario: name,
              location: "x",
              recent: first?.recent ?? [],
            },
          ],
          incidents: [
            {
              ...anIncident,
              scenario: name,
              findings: [
                {
                  ...anIncident.findings[0],
                  kind: "contract",
                  severity: "risky",
                  subject: observed,
                  observed,
                  expected: observed,
                },
              ],
            },
          ],
          spendToday: [{ target: name, microUsd: 1, tokens: 1, requests: 1, unknownRuns: 0 }],
        } as const;
        const drawn = renderLive(hostile, { ...frame, columns, events: [event] });
        for (const line of drawn.split("\n")) {
          expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        }
      }),
    );
  });
});

describe("sparkline", () => {
  it("shows twice the time twice as high, and gaps as gaps", () => {
    expect(sparkline([100, 200, undefined, 25])).toBe("▄█ ▁");
    expect(sparkline([0, 0])).toBe("▁▁");
    expect(sparkline([undefined])).toBe(" ");
  });
});
