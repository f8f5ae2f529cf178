import { chat } from "../../src/protocol/chat/chat.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SeriesMemory } from "../../src/baseline/baseline.ts";
import type { Body, StreamEnd } from "../../src/exchange/exchange.ts";
import { learnShape } from "../../src/judgement/contract/accept-shape.ts";
import { diffShapes } from "../../src/judgement/contract/diff-shapes.ts";
import { shapeJudge } from "../../src/judgement/contract/shape-judge.ts";
import type { Observation } from "../../src/observation/observation.ts";
import { observe } from "../../src/observation/observe.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import type { Json } from "../../src/std/json.ts";
import { probe as sample } from "../probe/samples.ts";

/** A whole body, the chunks of a stream, or a text that is no JSON. */
interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly chunks?: readonly Json[];
  readonly end?: StreamEnd;
  readonly text?: string;
}
interface Expected {
  /** Where it happened, or is described. */
  readonly source: string;
  readonly aspect: "contract" | "error-shape";
  /** Severities and subjects of the findings, the one a person would name first at the top. */
  readonly told: readonly string[];
}

const folder = "test/fixtures/drift";
const read = <T>(name: string, part: string): T => JSON.parse(readFileSync(join(folder, name, part), "utf8")) as T;

function bodyOf({ body = null, chunks, end = "complete", text }: Reply): Body {
  if (text !== undefined) return { form: "text", text, bytes: 100 };
  return chunks === undefined ? { form: "json", value: body, bytes: 100 } : { form: "stream", chunks, end, bytes: 100 };
}

function observationOf(reply: Reply): Observation {
  const { status, headers } = reply;
  const stream = reply.chunks !== undefined;
  const outcome = {
    kind: "reply",
    status,
    headers: { "content-type": stream ? "text/event-stream" : "application/json", ...headers },
    body: bodyOf(reply),
  } as const;
  const timings = { totalMs: 100 };
  const attempt = { ordinal: 1, startedAtMs: 0, outcome, timings, connection: "fresh", maxLoopDelayMs: 0 } as const;
  const ask = { messages: [], maxTokens: 5, stream, extra: {} };
  return observe(
    { name: "ask", ask },
    { attempts: [attempt] },
    { protocol: chat, expectations: [], redact: (text) => text },
  );
}

/** What the judge says of each reply, one after the other, from its first. */
function findingsOf(aspect: Expected["aspect"], replies: readonly Reply[]): string[][] {
  const judge = shapeJudge(aspect, () => true);
  const probe = { ...sample, judge: { ...sample.judge, learnRuns: 30 } };
  const scenario = scenarioOf(probe.scenario);
  const series = { id: "s", probeId: probe.id, aspect, label: "shape" } as const;
  let memory: SeriesMemory | undefined;
  return replies.map((reply, index) => {
    const observation = observationOf(reply);
    const { policy, cadence } = { policy: probe.judge, cadence: probe.cadence };
    const { ruling, state, accept } = judge.judge({
      scenario,
      observation,
      series,
      memory,
      policy,
      cadence,
      slotMs: index,
    });
    const baseline =
      accept === undefined
        ? memory?.baseline
        : { version: 1, n: accept.n, learned: accept.learned, acceptedAtMs: 0, by: "", why: "" };
    memory = { series, baseline, state: state ?? null, lastSlotMs: index };
    const findings = ruling.outcome === "bad" ? ruling.findings : ruling.outcome === "good" ? (ruling.notes ?? []) : [];
    return findings.map(({ severity, subject }) => `${severity} ${subject}`);
  });
}

test.each(readdirSync(folder))("%s", (name) => {
  const [before, after] = [read<Reply>(name, "before.json"), read<Reply>(name, "after.json")];
  const { aspect, told: notified, source } = read<Expected>(name, "expected.json");
  expect(source).not.toBe("");
  const learned = 300;
  const findings = findingsOf(aspect, [...Array<Reply>(learned).fill(before), ...Array<Reply>(4).fill(after)]);
  expect(findings.slice(0, learned).flat()).toEqual([]);
  expect(findings.at(-1)).toEqual(notified);
  const sides = [before, after].map((reply) => learnShape(Array<Observation>(5).fill(observationOf(reply))));
  const [top] = diffShapes(sides[0] ?? null, sides[1] ?? null)?.rows ?? [];
  expect(top && `${top.severity} ${top.path}`).toBe(notified[0]);
  // Two slots that agree open an incident: the top line must be there in time for the third.
  if (notified.some((line) => !line.startsWith("informative")))
    expect(findings.slice(learned, learned + 3).filter((found) => found[0] === notified[0]).length).toBeGreaterThan(1);
  // And back: four in a row may still be the beginning of a break in a part of the replies, so it takes four good ones.
  const change = [...Array<Reply>(learned).fill(before), ...Array<Reply>(4).fill(after)];
  const back = findingsOf(aspect, [...change, ...Array<Reply>(4).fill(before)]);
  expect(back.at(-1)).toEqual([]);
  // The second time it is told as soon as the first, or sooner: what was told is not taken for chance.
  const twice = [...Array<Reply>(learned).fill(before), ...Array<Reply>(50).fill(after), before];
  const again = findingsOf(aspect, [...twice, ...Array<Reply>(4).fill(after)]).slice(twice.length);
  const first = findings.slice(learned).map((found) => found[0]);
  // What only informs is known by then.
  for (const [index, line] of first.entries()) {
    if (line !== undefined) expect(again[index]?.[0]).toBe(line.startsWith("informative") ? undefined : line);
  }
});
