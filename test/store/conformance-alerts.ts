import { expect, test } from "vitest";
import type { DeliveryOutcome } from "../../src/notify/compose/alert.ts";
import type { DeliveryAttempt } from "../../src/notify/deliver/outbox.ts";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import type { Decision } from "../../src/run/world.ts";
import type { Bench } from "./conformance.ts";
import {
  claimOf,
  entryOf,
  finishOf,
  freshName,
  incidentOf,
  noonMs,
  nothingNew,
  openedFor,
  transitionOf,
} from "./samples.ts";

const laterMs = noonMs + 600_000;

export function alertsConform(bench: () => Bench): void {
  test("I3: a transition that was made already is refused, and with it the whole run", async () => {
    const incident = incidentOf(freshName("probe"), noonMs);
    await commit(incident, noonMs, openedFor(incident, ["pager"]));
    const again = commit(incident, noonMs + 60_000, { ...openedFor(incident, []), verdict: "fail" });
    await expect(again).rejects.toThrow(/duplicate key/);
    const [row] = await bench().rows(
      "SELECT state FROM plumbline.runs WHERE probe_id = $1 ORDER BY slot DESC LIMIT 1",
      [incident.probeId],
    );
    expect(row).toEqual({ state: "claimed" });
  });

  test("I3: one row per fingerprint, however often it comes back", async () => {
    const first = incidentOf(freshName("probe"), noonMs);
    await commit(first, noonMs, openedFor(first, []));
    const resolved: Incident = { ...first, state: "resolved", sequence: 2, lastSlotMs: noonMs + 60_000 };
    await commit(first, noonMs + 60_000, {
      ...openedFor(resolved, []),
      transitions: [transitionOf(resolved, "resolved")],
    });
    const second: Incident = { ...first, episode: 2, lastSlotMs: noonMs + 120_000 };
    await commit(first, noonMs + 120_000, openedFor(second, []));
    const open = (await bench().store.overview(noonMs)).incidents.filter(
      ({ fingerprint }) => fingerprint === first.fingerprint,
    );
    expect(open).toEqual([second]);
    const history = await bench().rows(
      "SELECT incident_id, kind FROM plumbline.transitions WHERE fingerprint = $1 ORDER BY at, incident_id",
      [first.fingerprint],
    );
    expect(history.map((row) => [row["incident_id"], row["kind"]])).toEqual([
      [incidentId(first), "opened"],
      [incidentId(first), "resolved"],
      [incidentId(second), "opened"],
    ]);
  });

  test("I4: alerts of one incident go to one receiver in their order, to different receivers independently", async () => {
    const [opened, resolved] = await openAndResolve(["pager", "chat"]);
    expect(await dueOf(opened)).toEqual([entryOf(opened, "chat").id, entryOf(opened, "pager").id]);
    expect(await bench().store.lease(entryOf(resolved, "pager").id, laterMs, 1000)).toBeUndefined();
    await deliver(opened, "pager", { kind: "delivered", status: 200 });
    expect(await dueOf(opened)).toEqual([entryOf(opened, "chat").id, entryOf(resolved, "pager").id]);
    expect((await bench().store.lease(entryOf(resolved, "pager").id, laterMs, 1000))?.entry).toEqual(
      entryOf(resolved, "pager"),
    );
  });

  test("I4: twenty notifiers want one entry, one of them gets it; when it dies the entry is due again", async () => {
    const incident = incidentOf(freshName("probe"), noonMs);
    await commit(incident, noonMs, openedFor(incident, ["pager"]));
    const { id } = entryOf(incident, "pager");
    const leases = await Promise.all(Array.from({ length: 20 }, () => bench().store.lease(id, laterMs, 30_000)));
    expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    expect(await dueOf(incident)).toEqual([]);
    expect(await dueOf(incident, laterMs + 30_001)).toEqual([id]);
    expect(await bench().store.lease(id, laterMs + 30_001, 1000)).toMatchObject({ entry: { id }, attempts: 0 });
  });

  test("I4: a failed attempt is due again when it was said to be, under the same id, with its attempts counted", async () => {
    const incident = incidentOf(freshName("probe"), noonMs);
    await commit(incident, noonMs, openedFor(incident, ["pager"]));
    await deliver(incident, "pager", { kind: "failed", reason: "status 503" }, laterMs + 60_000);
    expect(await dueOf(incident, laterMs + 59_999)).toEqual([]);
    const [due] = (await bench().store.due(laterMs + 60_000, 1000)).filter(
      ({ entry }) => entry.alert.incidentId === incidentId(incident),
    );
    expect(due).toEqual({ entry: entryOf(incident, "pager"), attempts: 1, dueAtMs: laterMs + 60_000 });
  });

  test.each<DeliveryOutcome>([
    { kind: "gone" },
    { kind: "refused", reason: "forbidden" },
    { kind: "failed", reason: "status 500" },
  ])("an entry that ends with $kind counts as failed and lets the next one go", async (outcome) => {
    const before = (await bench().store.overview(noonMs + 1)).deliveries;
    const [opened, resolved] = await openAndResolve(["pager"]);
    await deliver(opened, "pager", outcome);
    expect(await dueOf(opened)).toEqual([entryOf(resolved, "pager").id]);
    expect((await bench().store.overview(noonMs)).deliveries).toEqual({
      pending: before.pending + 1,
      failed: before.failed + 1,
    });
  });

  test("I4: a lost attempt that reports late does not wake up what was delivered since", async () => {
    const incident = incidentOf(freshName("probe"), noonMs);
    await commit(incident, noonMs, openedFor(incident, ["pager"]));
    await deliver(incident, "pager", { kind: "delivered", status: 200 }, undefined, 2);
    await deliver(incident, "pager", { kind: "failed", reason: "timeout" }, laterMs + 1, 1);
    expect(await dueOf(incident, laterMs + 10)).toEqual([]);
    const attempts = await bench().rows(
      "SELECT ordinal FROM plumbline.delivery_attempts WHERE outbox_id = $1 ORDER BY ordinal",
      [entryOf(incident, "pager").id],
    );
    expect(attempts.map((row) => row["ordinal"])).toEqual([1, 2]);
  });

  test("I4: what the end of a delivery leads to commits with it, once, given what was there before", async () => {
    const [opened, resolved] = await openAndResolve(["pager"]);
    const about = incidentOf(freshName("plumbline"), laterMs);
    const seen: (Incident | undefined)[] = [];
    const conclusion = {
      fingerprint: about.fingerprint,
      nowMs: noonMs,
      conclude(before: Incident | undefined) {
        seen.push(before);
        return before === undefined ? openedFor(about, ["archive"]) : nothingNew;
      },
    };
    const attempt = { ...attemptOf(opened, "pager", { kind: "gone" }), disablesAs: "hash" };
    await bench().store.record(
      { ...attempt, outcome: { kind: "failed", reason: "x" }, nextDueAtMs: laterMs },
      conclusion,
    );
    expect(seen).toEqual([]);
    await bench().store.record({ ...attempt, ordinal: 2 }, conclusion);
    await bench().store.record({ ...attempt, ordinal: 3 }, conclusion);
    await bench().store.record(attemptOf(resolved, "pager", { kind: "delivered", status: 200 }), conclusion);
    expect(seen).toEqual([undefined, about]);
    expect(await dueOf(about, laterMs + 60_000)).toEqual([entryOf(about, "archive").id]);
    const broken = { ...conclusion, conclude: () => openedFor(about, []) };
    const [third] = await openAndResolve(["pager"]);
    await expect(bench().store.record(attemptOf(third, "pager", { kind: "gone" }), broken)).rejects.toThrow(
      /duplicate/,
    );
    expect(await dueOf(third)).toEqual([entryOf(third, "pager").id]);
  });

  test("who answered 410 stays known, with the configuration that did", async () => {
    const name = freshName("gone");
    const [first, second] = await openAndResolve([name]);
    const attempt = attemptOf(first, name, { kind: "gone" });
    expect((await bench().store.lease(attempt.outboxId, laterMs, 0))?.disabledAs).toBeUndefined();
    await bench().store.record({ ...attempt, disablesAs: "one" });
    const { outboxId } = attemptOf(second, name, { kind: "gone" });
    expect((await bench().store.lease(outboxId, laterMs, 0))?.disabledAs).toBe("one");
    await bench().store.record({
      ...attemptOf(second, name, { kind: "gone" }),
      disablesAs: "two",
      nextDueAtMs: laterMs,
    });
    expect((await bench().store.lease(outboxId, laterMs, 0))?.disabledAs).toBe("two");
  });

  test("after a long outage the latest goes out and tells what it stands for; nothing else is sent", async () => {
    const name = freshName("slow");
    const [opened, resolved] = await openAndResolve([name]);
    await deliver(opened, name, { kind: "failed", reason: "timeout" }, laterMs);
    await bench().store.catchUp(noonMs + 5 * 60_000);
    expect(await dueOf(opened)).toEqual([entryOf(opened, name).id]);
    await bench().store.catchUp(noonMs + 20 * 60_000);
    expect(await dueOf(opened)).toEqual([entryOf(resolved, name).id]);
    const leased = await bench().store.lease(entryOf(resolved, name).id, laterMs, 1000);
    const { id, alert } = entryOf(opened, name);
    const { sequence, event, at, reason } = alert;
    expect(leased?.entry.alert.earlier).toEqual([{ id, sequence, event, at, reason }]);
    expect(await bench().store.lease(id, laterMs, 1000)).toBeUndefined();
    const history = await bench().store.history(incidentId(opened));
    expect(history?.deliveries.map(({ state }) => state)).toEqual(["pending", "superseded"]);
  });

  test("what is being handed over is not superseded", async () => {
    const name = freshName("slow");
    const [opened] = await openAndResolve([name]);
    await bench().store.lease(entryOf(opened, name).id, laterMs, 600_000);
    await bench().store.catchUp(laterMs + 60_000);
    await deliver(opened, name, { kind: "delivered", status: 200 });
    const history = await bench().store.history(incidentId(opened));
    expect(history?.deliveries.map(({ state }) => state)).toEqual(["pending", "delivered"]);
  });

  test("what is held is not due before, and its horizon begins then", async () => {
    const incident = incidentOf(freshName("probe"), noonMs);
    const held = { ...entryOf(incident, "team"), heldUntilMs: noonMs + 50_000_000 };
    await commit(incident, noonMs, { ...openedFor(incident, []), outbox: [held] });
    expect(await dueOf(incident, noonMs + 49_999_999)).toEqual([]);
    expect(await dueOf(incident, noonMs + 50_000_000)).toEqual([held.id]);
    expect((await bench().store.lease(held.id, noonMs + 50_000_000, 1000))?.entry).toEqual(held);
  });

  async function openAndResolve(receivers: readonly string[]): Promise<[Incident, Incident]> {
    const opened = incidentOf(freshName("probe"), noonMs);
    await commit(opened, noonMs, openedFor(opened, receivers));
    const resolved: Incident = { ...opened, state: "resolved", sequence: 2, lastSlotMs: noonMs + 60_000 };
    await commit(opened, noonMs + 60_000, openedFor(resolved, receivers));
    return [opened, resolved];
  }

  async function commit({ probeId }: Incident, slotMs: number, decision: Decision): Promise<void> {
    const claim = claimOf(probeId, slotMs);
    expect(await bench().store.claim(claim)).toEqual({ kind: "claimed" });
    await bench().store.commit(finishOf(claim), () => decision);
  }

  async function dueOf(incident: Incident, atMs = laterMs): Promise<string[]> {
    const due = await bench().store.due(atMs, 1000);
    return due
      .filter(({ entry }) => entry.alert.incidentId === incidentId(incident))
      .map(({ entry }) => entry.id)
      .toSorted();
  }

  function attemptOf(incident: Incident, receiver: string, outcome: DeliveryOutcome): DeliveryAttempt {
    const { id } = entryOf(incident, receiver);
    return { outboxId: id, receiver, ordinal: 1, startedAtMs: laterMs, durationMs: 12.5, outcome };
  }

  function deliver(
    incident: Incident,
    receiver: string,
    outcome: DeliveryOutcome,
    nextDueAtMs?: number,
    ordinal = 1,
  ): Promise<void> {
    const attempt = attemptOf(incident, receiver, outcome);
    return bench().store.record({ ...attempt, ordinal, startedAtMs: laterMs + ordinal, nextDueAtMs });
  }
}
