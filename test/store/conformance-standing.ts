import { expect, test } from "vitest";
import type { DeliveryOutcome } from "../../src/notify/compose/alert.ts";
import { incidentId } from "../../src/incident/incident.ts";
import { createOperations } from "../../src/operate/operations.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, entryOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "./samples.ts";

/** What receivers that forget are told again. */
export function standingConforms(bench: () => Bench): void {
  test("what was told last of an incident, until it is over, and for a while that it is", async () => {
    const receiver = freshName("am");
    const atMs = noonMs + 3_600_000;
    const incident = { ...incidentOf(freshName("standing"), noonMs), notifications: { lastNotifiedAtMs: noonMs } };
    const claim = claimOf(incident.probeId, noonMs);
    await bench().store.claim(claim);
    await bench().store.commit(finishOf(claim), () => openedFor(incident, [receiver]));
    const operations = createOperations({
      store: bench().store,
      clock: { nowMs: () => atMs, monotonicMs: () => atMs },
      freshId: () => freshName("sil"),
      probes: [],
      enqueue: () => Promise.resolve(),
      receiversOf: () => [receiver],
      nudge: () => {},
    });
    const standing = async (sinceMs = noonMs): Promise<string[]> =>
      (await bench().store.lastNotified(receiver, sinceMs)).map(({ alert }) => alert.event);
    const end = (outboxId: string, outcome: DeliveryOutcome) =>
      bench().store.record({ outboxId, receiver, ordinal: 1, startedAtMs: atMs, durationMs: 1, outcome });
    const newest = async (): Promise<string> =>
      (await operations.incidents.get(incidentId(incident)))?.deliveries.toSorted((a, b) => b.sequence - a.sequence)[0]
        ?.id ?? "";
    const delivered = { kind: "delivered", status: 200 } as const;

    expect(await standing()).toEqual([]);
    await end(entryOf(incident, receiver).id, delivered);
    expect(await standing()).toEqual(["opened"]);
    expect(await bench().store.lastNotified(freshName("am"), noonMs)).toEqual([]);

    await operations.incidents.acknowledge(incidentId(incident), "ann", "looking");
    expect(await standing()).toEqual(["opened"]);
    await end(await newest(), { kind: "failed", reason: "status 500" });
    expect(await standing()).toEqual(["acknowledged"]);

    await operations.incidents.resolve(incidentId(incident), "ann", "over");
    expect(await standing()).toEqual([]);
    await end(await newest(), delivered);
    expect(await standing()).toEqual(["resolved"]);
    expect(await standing(atMs + 1)).toEqual([]);
  });
}
