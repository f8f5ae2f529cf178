import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Exchange, Outcome } from "../../src/exchange/exchange.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { AuditTerms, SpendCap, Target } from "../../src/probe/target.ts";
import { reservationFor } from "../../src/run/reservation.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { checkSpend } from "../../src/upkeep/check-spend.ts";
import type { World } from "../../src/run/world.ts";
import { scenarioOf } from "../../src/scenario/resolve.ts";
import { openStorePool } from "../setup/databases.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

const nowMs = Date.UTC(2026, 10, 23, 8);
const minuteMs = 60_000;
const terms: AuditTerms = { environment: "production", warnAfterMs: 1000, accept: [] };

describe("what runs leave in the ledger", () => {
  let pool: StorePool;
  let store: Store;
  beforeAll(async () => {
    pool = await openStorePool();
    store = await openStore(pool, nowMs, 30);
  });
  afterAll(() => pool.close());

  test("a fallback that is played is an entry of the target that answered, and of no other", async () => {
    const price = { inputPerMillion: 10_000_000, outputPerMillion: 10_000_000 };
    const secondary: Omit<Target, "audit"> = { ...sample.target, name: "large", model: "gpt-4o", price };
    const audit: AuditTerms = { ...terms, fallback: { kind: "secondary", target: secondary } };
    const probe: Probe = {
      ...sample,
      id: "fallback@eu",
      scenario: { kind: "built-in", name: "fallback" },
      target: { ...sample.target, name: "small", audit },
    };
    const report = await runProbe(
      worldAnswering(() => ok()),
      probe,
      nowMs,
    );
    expect(report.spent).toEqual({ tokens: 11, microUsd: 110, requests: 1 });
    const { rows } = await pool.pool.query(
      "SELECT kind, attempt, target, model, micro_usd::int, tokens::int FROM plumbline.ledger WHERE probe_id = $1",
      [probe.id],
    );
    expect(rows).toEqual([
      { kind: "fallback", attempt: 1, target: "large", model: "gpt-4o", micro_usd: 110, tokens: 11 },
    ]);
    expect((await store.overview(nowMs)).spendToday).toEqual([
      { target: "large", microUsd: 110, tokens: 11, requests: 1, unknownRuns: 0 },
    ]);
  });

  test("a provider that ignores the output limit is told of once, and can't pass the same cap again", async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2000, total_tokens: 2009 };
    const world = worldAnswering(() => ok(completion({ usage })));
    const { tokens } = reservationFor(sample, scenarioOf(sample.scenario));
    const cap = (most: number): SpendCap => ({ scope: "target/greedy", span: "day", tokens: most });
    const probe = (most: number): Probe => ({
      ...sample,
      id: "greedy@eu",
      target: { ...sample.target, name: "greedy", spendCaps: [cap(most)] },
    });
    const most = 2009 + tokens;
    const first = await runProbe(world, probe(most), nowMs);
    expect(first).toMatchObject({ state: "done", spent: { tokens: 2009 } });
    // There is room for what is allowed, and none for what was seen.
    expect(await runProbe(world, probe(most), nowMs + minuteMs)).toMatchObject({ reason: "spend-cap" });
    const watching = { store, probes: [probe(most)], receivers: ["oncall"], startedAtMs: 0 };
    for (const later of [2, 3, 4]) await checkSpend(watching, nowMs + later * minuteMs);
    const incidents = (await store.overview(nowMs)).incidents.filter(({ kind }) => kind === "budget");
    const facts = incidents.flatMap(({ findings }) => findings.map(({ subject, observed }) => [subject, observed]));
    expect(facts).toContainEqual([
      "reserved maximum",
      "2009 tokens by greedy@eu; as much is reserved for each run from now on",
    ]);
    expect(facts.find(([subject]) => subject === "spend cap of greedy per day")?.[1]).toMatch(
      /^reached, 2009 tokens used; no run until 2026-11-24/,
    );
    const alerts = (await store.due(nowMs + 10 * minuteMs, 100)).map(({ entry }) => entry.alert);
    expect(alerts.map(({ likelyCause, event }) => [event, likelyCause]).toSorted()).toEqual([
      ["opened", "monitor"],
      ["opened", "provider"],
    ]);
    expect(await runProbe(world, probe(2 * 2009), nowMs + 5 * minuteMs)).toMatchObject({ state: "done" });
    expect(await runProbe(world, probe(2 * 2009), nowMs + 6 * minuteMs)).toMatchObject({ reason: "spend-cap" });
  });

  test("usage that cannot be true is settled at the reservation and reported, and stops no other run", async () => {
    const usage = { prompt_tokens: 9e12, completion_tokens: 2, total_tokens: 9e12 + 2 };
    const price = { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 };
    const probe: Probe = {
      ...sample,
      id: "liar@eu",
      target: {
        ...sample.target,
        name: "liar",
        price,
        spendCaps: [{ scope: "target/liar", span: "month", tokens: 5000 }],
      },
    };
    const { tokens, requests, microUsd = 0 } = reservationFor(probe, scenarioOf(probe.scenario));
    const report = await runProbe(
      worldAnswering(() => ok(completion({ usage }))),
      probe,
      nowMs,
    );
    expect(report).toMatchObject({ state: "done", verdict: "fail", spent: { tokens: undefined, microUsd: undefined } });
    expect(report.findings.map(({ kind, subject, observed }) => [kind, subject, observed])).toEqual([
      ["usage", "implausible usage", "9,000,000,000,000 prompt tokens reported"],
    ]);
    const own = (await store.overview(nowMs)).spendToday.find(({ target }) => target === "liar");
    expect(own).toEqual({ target: "liar", tokens, microUsd, requests: 1, unknownRuns: 1 });
    expect(requests).toBeGreaterThan(0);
    expect(
      await runProbe(
        worldAnswering(() => ok()),
        probe,
        nowMs + minuteMs,
      ),
    ).toMatchObject({ state: "done" });
  });

  /** What is injected is answered in the target's place. */
  function worldAnswering(answer: () => Outcome): World {
    return quietWorld(() => nowMs, {
      exchanger: {
        async exchange({ inject }): Promise<Exchange> {
          const injected = inject && { name: inject.name, caughtBytes: 100, isClosed: true };
          const refusal: Outcome = { ...ok({}), status: Number(inject?.name) } as Outcome;
          const outcome = inject === undefined ? answer() : refusal;
          const facts = { timings: { totalMs: 100 }, connection: "fresh", maxLoopDelayMs: 0 } as const;
          return { attempts: [{ ordinal: 1, startedAtMs: nowMs, outcome, injected, ...facts }] };
        },
      },
      runs: store,
    });
  }
});
