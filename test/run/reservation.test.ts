import fc from "fast-check";
import { expect, test } from "vitest";
import type { Observation } from "../../src/observation/observation.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { AuditTerms, SpendCap, Target, TokenPrice } from "../../src/probe/target.ts";
import { askedIn, reservationFor } from "../../src/run/reservation.ts";
import { ledgerOf, spentOf } from "../../src/run/spent.ts";
import { catalogue, scheduledOnly } from "../../src/scenario/resolve.ts";
import { probe as sample } from "../probe/samples.ts";
import { observation } from "../store/samples.ts";

const priceArbitrary = fc.record({
  inputPerMillion: fc.integer({ min: 0, max: 20_000_000 }),
  outputPerMillion: fc.integer({ min: 0, max: 80_000_000 }),
  cachedInputPerMillion: fc.option(fc.integer({ min: 0, max: 20_000_000 }), { nil: undefined }),
});
const cap = (scope: string): SpendCap => ({ scope, span: "day", tokens: 1000 });
const terms: AuditTerms = { environment: "production", warnAfterMs: 1000, accept: [] };

function probeOf(price: TokenPrice | undefined, retries: 0 | 1, secondary?: Omit<Target, "audit">): Probe {
  const policy = { ...sample.target.policy, retries };
  const fallback = secondary && ({ kind: "secondary", target: secondary } as const);
  const target = { ...sample.target, price, policy, spendCaps: [cap("target/mini"), cap("all")] };
  return { ...sample, target: { ...target, audit: { ...terms, fallback } } };
}

function replied(prompt: number, completion: number, cached: number, via?: string): Observation {
  const usage = { promptTokens: prompt, completionTokens: completion, totalTokens: prompt + completion };
  const outcome = { ...observation.outcome, usage: { ...usage, cachedTokens: cached } } as Observation["outcome"];
  return { ...observation, outcome, via };
}

/** Cuts an amount into as many parts, which add up to it. */
function parts(amount: number, cuts: readonly number[]): number[] {
  const edges = [0, ...cuts.map((share) => Math.floor(share * amount)).toSorted((a, b) => a - b), amount];
  return edges.slice(1).map((edge, index) => edge - (edges[index] ?? 0));
}

test("I9: no run within its bounds uses more than was reserved for it, however its calls divide them", () => {
  const scenarios = [...catalogue, ...scheduledOnly].filter(({ maxCalls, maxSent = maxCalls }) => maxSent > 0);
  fc.assert(
    fc.property(
      fc.constantFrom(...scenarios),
      priceArbitrary,
      fc.constantFrom(0, 1),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 }),
      (scenario, price, retries, shares) => {
        const probe = probeOf(price, retries);
        const reserved = reservationFor(probe, scenario);
        const cuts = shares.slice(0, (scenario.maxSent ?? scenario.maxCalls) - 1);
        const prompts = parts(scenario.maxPromptTokens, cuts);
        const outputs = parts(scenario.maxOutputTokens, cuts.toReversed());
        const calls = prompts.map((prompt, n) =>
          replied(prompt, outputs[n] ?? 0, Math.floor(prompt * (shares[n] ?? 0))),
        );
        const spent = spentOf(ledgerOf(calls, askedIn(probe, scenario)));
        expect(spent.microUsd).toBeLessThanOrEqual(reserved.microUsd ?? 0);
        expect(spent.tokens).toBeLessThanOrEqual(reserved.tokens);
        expect(spent.requests).toBeLessThanOrEqual(reserved.requests);
      },
    ),
    { numRuns: 500 },
  );
});

const fallback = catalogue.find(({ name }) => name === "fallback")!;
const cheap: TokenPrice = { inputPerMillion: 100_000, outputPerMillion: 100_000 };
const dear: TokenPrice = { inputPerMillion: 10_000_000, outputPerMillion: 10_000_000 };
const large: Omit<Target, "audit"> = {
  ...sample.target,
  name: "large",
  price: dear,
  spendCaps: [cap("target/large"), cap("all")],
};

test("a run that may fall back comes under the caps of both targets and is reserved by the dearer one", () => {
  const plain = reservationFor(probeOf(cheap, 0), fallback);
  const both = reservationFor(probeOf(cheap, 0, large), fallback);
  expect([plain.microUsd, both.microUsd]).toEqual([18, 1760]);
  expect([plain.billedTo, both.billedTo]).toEqual([undefined, "large"]);
  expect(both.caps.map(({ scope }) => scope)).toEqual(["target/mini", "all", "target/large"]);
  expect(reservationFor(probeOf(dear, 0, { ...large, price: cheap }), fallback).microUsd).toBe(both.microUsd);
  expect(reservationFor(probeOf(cheap, 0, { ...large, price: undefined }), fallback).microUsd).toBeUndefined();
  // No other scenario asks what it falls back to.
  const valid = catalogue.find(({ name }) => name === "valid-request")!;
  expect(reservationFor(probeOf(cheap, 0, large), valid)).toEqual(reservationFor(probeOf(cheap, 0), valid));
});

test("what was asked of the other target is settled at its price", () => {
  const probe = probeOf(cheap, 0, large);
  const calls = [replied(10, 10, 0), replied(10, 10, 0, "large")];
  expect(spentOf(ledgerOf(calls, askedIn(probe, fallback))).microUsd).toBe(2 + 200);
});

test("what costs nothing reserves no money", () => {
  const free: TokenPrice = { inputPerMillion: 0, outputPerMillion: 0 };
  expect(reservationFor(probeOf(free, 1), fallback).microUsd).toBe(0);
});

test("each request has an entry of its own: call, retry and fallback, who was asked, with what it ended and its price", () => {
  const probe = probeOf(cheap, 1, large);
  const retried = { ...replied(10, 10, 0), attempts: 2, earlier: ["429"] };
  const ledger = ledgerOf([retried, replied(10, 10, 0, "large")], askedIn(probe, fallback));
  const own = { call: "ask", target: probe.target.name, model: probe.target.model, price: cheap };
  expect(ledger).toEqual([
    { ...own, callNumber: 1, kind: "call", attempt: 1, ended: "429", tokens: undefined, microUsd: undefined },
    { ...own, callNumber: 1, kind: "retry", attempt: 2, ended: "200", tokens: 20, microUsd: 2 },
    {
      ...own,
      callNumber: 2,
      kind: "fallback",
      attempt: 1,
      ended: "200",
      target: "large",
      price: dear,
      tokens: 20,
      microUsd: 200,
    },
  ]);
  // What the attempt before the retry has cost is not known: nor is the sum.
  expect(spentOf(ledger)).toEqual({ tokens: undefined, microUsd: undefined, requests: 3 });
});

test("an attempt that never arrived costs nothing, one that was held back is no request", () => {
  const probe = probeOf(cheap, 1);
  const entriesOf = (over: Partial<Observation>) =>
    ledgerOf([{ ...replied(10, 10, 0), ...over }], askedIn(probe, fallback)).map(({ ended, microUsd }) => [
      ended,
      microUsd,
    ]);
  expect(entriesOf({ attempts: 2, earlier: ["connect"] })).toEqual([
    ["connect", 0],
    ["200", 2],
  ]);
  expect(entriesOf({ outcome: { kind: "fault", class: "circuit-open" } })).toEqual([]);
  expect(entriesOf({ outcome: { kind: "fault", class: "reset" } })).toEqual([["reset", undefined]]);
});
