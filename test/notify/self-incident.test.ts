import { describe, expect, test } from "vitest";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { posterSaying, status, worldOf } from "./delivery-world.ts";
import { entryFor, receiver } from "./samples.ts";

describe("I4: an alert that its receiver never got is told to the others", () => {
  const both = [receiver(), receiver({ name: "archive" })];
  const selfAlerts = (world: ReturnType<typeof worldOf>) =>
    [...world.outbox.rows.values()].map(({ entry }) => entry).filter(({ alert }) => alert.kind === "monitor");

  test("once, however many alerts are lost, and again when it works again", async () => {
    const world = worldOf(both, { poster: posterSaying(status(410)) });
    for (const incidentId of ["a-1", "b-1", "c-1"]) world.outbox.add(entryFor("pager", incidentId));
    await deliverOnce(world, entryFor("pager", "a-1").id);
    await deliverOnce(world, entryFor("pager", "b-1").id);
    expect(selfAlerts(world)).toMatchObject([
      {
        receiver: "archive",
        alert: {
          event: "opened",
          severity: "breaking",
          likelyCause: "monitor",
          summary: "plumbline itself: delivery to pager: disabled: the receiver answered 410 Gone",
        },
      },
    ]);
    const moved = {
      ...world,
      receivers: new Map([
        ["archive", receiver()],
        ["pager", receiver({ url: "https://new.test/" })],
      ]),
    };
    await deliverOnce({ ...moved, poster: posterSaying(status(200)) }, entryFor("pager", "c-1").id);
    expect(selfAlerts(world).map(({ receiver: name, alert }) => [name, alert.event, alert.sequence])).toEqual([
      ["archive", "opened", 1],
      ["archive", "resolved", 2],
    ]);
  });

  test("given up after a day: says how often it was tried and why it failed", async () => {
    const world = worldOf(both, {
      poster: posterSaying({ kind: "fault", class: "connect", detail: "connection refused (192.0.2.7:443)" }),
    });
    world.outbox.add(entryFor());
    let last = await deliverOnce(world, entryFor().id);
    while (last?.nextDueAtMs !== undefined) {
      expect(selfAlerts(world)).toEqual([]);
      world.clock.setTo(last.nextDueAtMs);
      last = await deliverOnce(world, entryFor().id);
    }
    const [alert] = selfAlerts(world);
    expect(alert?.alert.changes).toEqual([
      {
        what: "delivery to pager",
        before: "delivered",
        after: `given up after ${last?.ordinal} attempts: connection refused (192.0.2.7:443)`,
      },
    ]);
  });

  test("when no receiver works, each has an incident and the chain ends", async () => {
    const world = worldOf(both, { poster: posterSaying(status(410)) });
    world.outbox.add(entryFor());
    for (let rounds = 0; rounds < 10; rounds += 1) {
      for (const id of world.outbox.rows.keys()) await deliverOnce(world, id);
    }
    expect([...world.outbox.incidents.values()].map(({ label, state }) => [label, state])).toEqual([
      ["delivery to pager", "open"],
      ["delivery to archive", "open"],
    ]);
    expect(world.outbox.rows.size).toBe(3);
  });

  test("a receiver that left the configuration is not complained about", async () => {
    const world = worldOf([receiver({ name: "archive" })]);
    world.outbox.add(entryFor());
    await deliverOnce(world, entryFor().id);
    expect(selfAlerts(world)).toEqual([]);
  });
});
