import { expect, test } from "vitest";
import { alertBodySchema } from "../../../src/notify/compose/alert-schema.ts";
import { type ActionLinks, withControls } from "../../../src/notify/compose/controls.ts";
import { deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { renderFor } from "../../receivers/render-for.ts";
import { testEntry } from "../../../src/notify/compose/test-alert.ts";

import { readActionAddress } from "../../../src/incident/action-link.ts";
import type { OutboxEntry } from "../../../src/notify/compose/alert.ts";
import type { Receiver } from "../../../src/probe/receiver.ts";
import { posterSaying, status, worldOf } from "../delivery-world.ts";
import { bodyOf, lookUp, receivers } from "../../receivers/kinds.ts";
import { alertOf, atMs, entryFor, receiver } from "../samples.ts";

const key = "a link key of a good many characters";
const links: ActionLinks = { publicUrl: "https://plumbline.example.com", key: () => key };

function actsOf(alert: ReturnType<typeof alertOf>) {
  const { controls = [] } = withControls({ ...entryFor(), alert }, links, atMs).alert;
  return controls.map(({ act }) => act);
}

test("what was compared with a baseline can be accepted; a trouble of ours only be taken on", () => {
  expect(actsOf({ ...alertOf(), kind: "contract" })).toEqual(["acknowledge", "silence", "accept"]);
  expect(actsOf({ ...alertOf(), kind: "policy", baselineVersion: null })).toEqual(["acknowledge", "silence"]);
  expect(actsOf({ ...alertOf(), baselineVersion: null, kind: "monitor" })).toEqual(["acknowledge"]);
});

test("of what is measured can be said what it was, of one incident and when it is over as well", () => {
  for (const kind of ["latency", "usage", "budget"] as const) {
    expect(actsOf({ ...alertOf(), kind })).toEqual(["acknowledge", "silence", "accept", "exclude", "noise"]);
    expect(actsOf({ ...alertOf(), kind, status: "resolved" })).toEqual(["exclude", "noise"]);
  }
  const failures = { ...alertOf(), kind: "availability", baselineVersion: null } as const;
  expect(actsOf(failures)).toEqual(["acknowledge", "silence", "exclude"]);
  expect(actsOf({ ...failures, members: ["a", "b"] })).toEqual(["acknowledge", "silence"]);
});

test("what is over, what somebody owns and what is a test has none to act by, nor has anything without an address", () => {
  expect(actsOf({ ...alertOf(), kind: "contract", status: "resolved" })).toEqual([]);
  expect(actsOf({ ...alertOf(), status: "acknowledged" })).toEqual([]);
  expect(withControls(testEntry("pager", "opened", atMs), links, atMs).alert.controls).toBeUndefined();
  expect(withControls(entryFor(), undefined, atMs).alert.controls).toBeUndefined();
  expect(withControls(entryFor(), { ...links, key: () => undefined }, atMs).alert.controls).toBeUndefined();
});

test("each link can be read back, is meant for its receiver, and lives for a day", () => {
  const { controls = [] } = withControls(entryFor("pager"), links, atMs).alert;
  for (const { act, url, expiresAt } of controls) {
    const query = Object.fromEntries(new URL(url).searchParams);
    const expiresAtMs = Date.parse(expiresAt);
    expect(readActionAddress(query, key, atMs)).toMatchObject({
      kind: "valid",
      link: { act, incidentId: "f00dfeed-1", receiver: "pager", expiresAtMs },
    });
    expect(expiresAtMs - atMs).toBeGreaterThanOrEqual(86_400_000);
    expect(expiresAtMs - atMs).toBeLessThan(86_400_000 + 3_600_000);
  }
  expect(controls).toHaveLength(5);
});

test("a delivery carries them; what is stored does not", async () => {
  const poster = posterSaying(status(200));
  const world = { ...worldOf([receiver()], { poster }), links };
  const entry = entryFor();
  world.outbox.add(entry);
  await deliverOnce(world, entry.id);
  const body = alertBodySchema.parse(JSON.parse(poster.posted[0]?.body ?? ""));
  expect(body.data.controls?.map(({ act }) => act)).toEqual(["acknowledge", "silence", "accept", "exclude", "noise"]);
  expect(body.data.links).toBeUndefined();
  expect(JSON.stringify(entry)).not.toContain("sig=");
});

/** As the service reads it. */
function sentTo(one: Receiver, entry: OutboxEntry): string {
  const rendered = renderFor(entry, one, lookUp, atMs);
  return JSON.stringify("body" in rendered ? bodyOf(rendered) : rendered);
}

test.each(Object.values(receivers))("$kind shows that it can be acknowledged", (one: Receiver) => {
  const entry = withControls(entryFor(one.name), links, atMs);
  expect(sentTo(one, entry)).toMatch(/plumbline\.example\.com\/act\?do=acknowledge/);
});

test("what shows more than a phone does shows how to say what it was", () => {
  for (const one of Object.values(receivers).filter(({ kind }) => !["ntfy", "pushover", "twilio"].includes(kind))) {
    const entry = withControls(entryFor(one.name), links, atMs);
    const message = JSON.stringify(renderFor(entry, one, lookUp, atMs));
    expect([one.kind, message]).toEqual([one.kind, expect.stringMatching(/act\?do=exclude.*act\?do=noise/)]);
  }
});
