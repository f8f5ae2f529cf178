import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunReport } from "../../src/run/run.ts";
import { isReporterName, reporters } from "../../src/report/reporters.ts";
import { exitCodeOf } from "../../src/report/run-outcome.ts";
import { aReport, mixedReports, roleGone } from "./samples.ts";
import { wellFormed } from "./well-formed.ts";

const plain = { colour: false };

describe("exit codes", () => {
  const ok = aReport();
  const inconclusive = aReport({ verdict: "inconclusive" });
  it.each<[string, readonly RunReport[], number]>([
    ["all fine", [ok, aReport({ verdict: "warn" })], 0],
    ["drift", [ok, aReport({ verdict: "drift" })], 3],
    ["failed", [ok, aReport({ verdict: "fail" })], 3],
    ["inconclusive", [ok, inconclusive], 4],
    ["3 wins over 4", [inconclusive, aReport({ verdict: "drift" })], 3],
    ["skipped", [ok, aReport({ state: "skipped" })], 4],
    ["missed", [aReport({ state: "missed" })], 4],
    ["interrupted", [aReport({ state: "interrupted" })], 4],
    ["not finished", [aReport({ state: "claimed" })], 4],
    ["done without a verdict", [aReport({ verdict: undefined })], 4],
    ["nothing was run", [], 4],
  ])("%s", (_name, reports, exitCode) => {
    expect(exitCodeOf(reports)).toBe(exitCode);
    for (const reporter of Object.values(reporters)) expect(reporter(reports, plain).exitCode).toBe(exitCode);
  });
});

describe("pretty", () => {
  it("is long only where something is wrong", () => {
    expect(reporters.pretty(mixedReports, plain).output).toMatchInlineSnapshot(`
      " ✓ valid-request      gpt-4o-mini   812 ms   48 tok   $0.00010
       ✓ streamed-request   gpt-4o-mini   812 ms   TTFT 240 ms   48 tok   $0.00010   2 not judged yet
       ◆ large-extract      gpt-4o        DRIFT  2 findings
           contract     $.choices[].message.role  absent   expected string   baseline v3
           latency      total time                3.41 s   expected ≤ 1.62 s
           trace 4bf92f3577b34da6a3ce929d0e0e4736  ·  all of it: plumbline run large-extract --reporter json
       ✗ invalid-key        gpt-4o-mini   FAIL  1 finding
           policy       invalid key  completion   expected refusal
           trace 4bf92f3577b34da6a3ce929d0e0e4736  ·  all of it: plumbline run invalid-key --reporter json
       ? it's odd           gpt-4o-mini   INCONCLUSIVE  nothing could be said
           no reply: timeout while connecting
           all of it: plumbline run 'it'\\''s odd' --reporter json
       - nightly            gpt-4o-mini   SKIPPED  spend cap reached: the run could cost more than is left
       ! warned             gpt-4o-mini   WARN  1 finding
           contract     $.choices[].message.role  added   expected string   baseline v3
       2 ok, 1 warn, 1 drift, 1 fail, 1 inconclusive, 1 skipped · 8 requests · $0.00040, the cost of 2 runs is unknown · exit 3
      "
    `);
  });

  it("colours only when asked", () => {
    expect(reporters.pretty(mixedReports, { colour: true }).output).toContain("\u001B[31m ◆ ");
    expect(reporters.pretty(mixedReports, plain).output).not.toContain("\u001B");
  });

  it("counts one thing as one", () => {
    const one = reporters.pretty([aReport({ spent: { requests: 1 } })], plain).output;
    expect(one).toContain("1 ok · 1 request · the cost of 1 run is unknown · exit 0");
  });

  it("says that nothing was run", () => {
    expect(reporters.pretty([], plain).output).toBe(" nothing was run · 0 requests · $0 · exit 4\n");
  });
});

describe("github", () => {
  it("annotates what needs a look, and what --fail-on leaves out is a warning", () => {
    const risky = aReport({
      verdict: "drift",
      findings: [{ ...roleGone, severity: "risky" }],
      evidence: ["status 200, 50%"],
    });
    const strict = reporters.github([aReport(), risky], plain);
    expect(strict).toEqual({
      exitCode: 3,
      output:
        "::error title=drift%3A valid-request on comet::contract: $.choices[].message.role absent, expected string (baseline v3)%0Astatus 200, 50%25\n",
    });
    const lenient = reporters.github([aReport(), risky], { ...plain, failOn: "breaking" });
    expect([lenient.exitCode, lenient.output.slice(0, 10)]).toEqual([0, "::warning "]);
    expect(reporters.github([risky], { ...plain, failOn: "risky" }).exitCode).toBe(3);
  });
});

describe("json", () => {
  it("is one versioned document in which unknown is null", () => {
    expect(reporters.json(mixedReports.slice(2, 4), plain).output).toMatchInlineSnapshot(`
      "{
        "schema": 1,
        "data": [
          {
            "run": "valid-request@eu/2026-11-23T09:00:00.000Z",
            "probe": "large-extract",
            "probeId": "valid-request@eu",
            "target": "comet",
            "model": "gpt-4o",
            "scenario": "valid-request",
            "location": "eu",
            "slot": "2026-11-23T09:00:00.000Z",
            "outcome": "drift",
            "state": "done",
            "reason": null,
            "verdict": "drift",
            "findings": [
              {
                "kind": "contract",
                "severity": "breaking",
                "subject": "$.choices[].message.role",
                "expected": "string",
                "observed": "absent",
                "why": null,
                "baselineVersion": 3
              },
              {
                "kind": "latency",
                "severity": "risky",
                "subject": "total time",
                "expected": "≤ 1.62 s",
                "observed": "3.41 s",
                "why": null,
                "baselineVersion": null
              }
            ],
            "unjudged": [],
            "evidence": [],
            "status": 200,
            "totalMs": 3410,
            "firstContentMs": null,
            "requests": 1,
            "tokens": 48,
            "microUsd": 100,
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"
          },
          {
            "run": "valid-request@eu/2026-11-23T09:00:00.000Z",
            "probe": "invalid-key",
            "probeId": "valid-request@eu",
            "target": "other",
            "model": "gpt-4o-mini",
            "scenario": "valid-request",
            "location": "eu",
            "slot": "2026-11-23T09:00:00.000Z",
            "outcome": "fail",
            "state": "done",
            "reason": null,
            "verdict": "fail",
            "findings": [
              {
                "kind": "policy",
                "severity": "breaking",
                "subject": "invalid key",
                "expected": "refusal",
                "observed": "completion",
                "why": null,
                "baselineVersion": null
              }
            ],
            "unjudged": [],
            "evidence": [],
            "status": 200,
            "totalMs": 812,
            "firstContentMs": null,
            "requests": 2,
            "tokens": null,
            "microUsd": null,
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"
          }
        ],
        "summary": {
          "runs": {
            "ok": 0,
            "warn": 0,
            "drift": 1,
            "fail": 1,
            "inconclusive": 0,
            "skipped": 0,
            "missed": 0,
            "interrupted": 0
          },
          "requests": 3,
          "microUsd": 100,
          "unknownCostRuns": 1,
          "exitCode": 3
        }
      }
      "
    `);
  });
});

describe("junit", () => {
  it("has a suite per target and a case per run", () => {
    expect(reporters.junit(mixedReports, plain).output).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="plumbline" tests="7" failures="2" errors="2" time="8.282">
        <testsuite name="comet" tests="5" failures="1" errors="1" time="6.658" timestamp="2026-11-23T09:00:00.000Z">
          <testcase classname="comet.valid-request" name="valid-request" time="0.812"/>
          <testcase classname="comet.streamed-request" name="streamed-request" time="0.812"/>
          <testcase classname="comet.valid-request" name="large-extract" time="3.410">
            <failure type="drift" message="contract: $.choices[].message.role absent, expected string (baseline v3)">contract: $.choices[].message.role absent, expected string (baseline v3)
      latency: total time 3.41 s, expected ≤ 1.62 s
      trace 4bf92f3577b34da6a3ce929d0e0e4736</failure>
          </testcase>
          <testcase classname="comet.valid-request" name="nightly" time="0.812">
            <error type="skipped" message="skipped: spend cap reached: the run could cost more than is left">skipped: spend cap reached: the run could cost more than is left
      trace 4bf92f3577b34da6a3ce929d0e0e4736</error>
          </testcase>
          <testcase classname="comet.valid-request" name="warned" time="0.812"/>
        </testsuite>
        <testsuite name="other" tests="2" failures="1" errors="1" time="1.624" timestamp="2026-11-23T09:00:00.000Z">
          <testcase classname="other.valid-request" name="invalid-key" time="0.812">
            <failure type="fail" message="policy: invalid key completion, expected refusal">policy: invalid key completion, expected refusal
      trace 4bf92f3577b34da6a3ce929d0e0e4736</failure>
          </testcase>
          <testcase classname="other.valid-request" name="it's odd" time="0.812">
            <error type="inconclusive" message="not judged: no reply: timeout while connecting">not judged: no reply: timeout while connecting</error>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it("is well-formed for an empty list too", () => {
    expect(wellFormed(reporters.junit([], plain).output)).toBe(true);
  });
});

describe("hostile text", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
      "]]>",
      "<!--",
      '"><x/>',
      "&amp;",
      "\u001B[2J",
      "\u0000",
      "\uD800",
      "\uFFFE",
      "\r\n",
      "\u202Egnp",
      "\u009B31m",
    ),
  );
  const hostile = fc.record({
    name: text,
    observed: text,
    outcome: fc.constantFrom("ok", "drift", "inconclusive"),
  });

  function reportsOf(
    samples: readonly {
      name: string;
      observed: string;
      outcome: "ok" | "drift" | "inconclusive";
    }[],
  ) {
    return samples.map(({ name, observed, outcome }) =>
      aReport({
        probe: name,
        target: name,
        model: name,
        scenario: name,
        verdict: outcome,
        findings: [{ ...roleGone, observed, subject: observed }],
        unjudged: [observed],
      }),
    );
  }

  it("never breaks the XML", () =>
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), (samples) => {
        expect(wellFormed(reporters.junit(reportsOf(samples), plain).output)).toBe(true);
      }),
    ));

  it("never reaches the terminal as control characters or extra lines", () =>
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), (samples) => {
        const { output } = reporters.pretty(reportsOf(samples), plain);
        expect(output.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        const lines = samples.map(({ outcome }) => (outcome === "ok" ? 1 : 4));
        expect(output.split("\n").length - 2).toBe(lines.reduce((sum, count) => sum + count, 0));
      }),
    ));

  it("leaves the JSON readable", () =>
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), (samples) => {
        const parsed = JSON.parse(reporters.json(reportsOf(samples), plain).output) as {
          data: { probe: string }[];
        };
        expect(parsed.data.map(({ probe }) => probe)).toEqual(samples.map(({ name }) => name));
      }),
    ));
});

describe("the table", () => {
  it("knows its names and nothing else", () => {
    for (const name of Object.keys(reporters) satisfies string[]) expect(isReporterName(name)).toBe(true);
    for (const name of ["toString", "constructor", ""]) expect(isReporterName(name)).toBe(false);
  });
});
