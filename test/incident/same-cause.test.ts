import { describe, expect, test } from "vitest";
import { notify } from "../../src/notify/route/notify.ts";
import { knownBy } from "../../src/incident/same-cause.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import { atMs, incident, transition } from "../notify/samples.ts";

const change = {
  kind: "contract",
  severity: "breaking",
  subject: "$.choices[].message.role",
  expected: "string",
  observed: "absent",
} as const;
const contract = (over: Partial<Incident>): Incident =>
  incident({ kind: "contract", host: "api.example.com", findings: [change], ...over });
const first = contract({
  fingerprint: "first",
  openedAtMs: atMs - 60_000,
  notifications: { lastNotifiedAtMs: atMs - 60_000, receivers: { pager: { notifiedAtMs: atMs - 60_000 } } },
});
const second = contract({ fingerprint: "second", scenario: "streaming" });

const heard = (one: Incident, changes: readonly Incident[], receivers = ["pager"]) =>
  notify(one, transition(), receivers, { alerting: plainAlerting, changes });

describe("one change of a provider is one message", () => {
  test("another scenario of the target finds the same: whoever knows of the first is not notified of it", () => {
    const { outbox, transitions, incidents } = heard(second, [first]);
    expect(outbox).toEqual([]);
    expect(transitions[0]?.routes).toEqual([
      { receiver: "pager", notified: false, reason: "same-cause", by: "first-1" },
    ]);
    expect(incidents[0]?.notifications).toMatchObject({ isPending: true, muted: { reason: "same-cause" } });
  });

  test("whoever does not know of the first is notified", () => {
    const { outbox } = heard(second, [first], ["pager", "archive"]);
    expect(outbox.map(({ receiver }) => receiver)).toEqual(["archive"]);
  });

  test("the first is over: the second is notified", () => {
    expect(heard(second, [{ ...first, state: "resolved" }]).outbox).toHaveLength(1);
  });

  test("acknowledged counts as known", () => {
    expect(heard(second, [{ ...first, state: "acknowledged" }]).outbox).toEqual([]);
  });

  test.each<[string, Partial<Incident>, boolean]>([
    ["the same target", { host: undefined }, true],
    ["another target of the same host", { target: "large" }, true],
    ["another target elsewhere", { target: "large", host: "api.other.example" }, false],
    ["another kind", { kind: "error-shape" }, false],
    ["more than the first says", { findings: [change, { ...change, subject: "$.usage" }] }, false],
    ["another value", { findings: [{ ...change, observed: "number" }] }, false],
    ["older than the one that was notified, such as after a silence", { openedAtMs: atMs - 120_000 }, true],
    ["no shared kind", { kind: "usage" }, false],
  ])("%s", (_name, over, isKnown) => {
    expect(knownBy({ ...second, ...over }, [first], ["pager"]).has("pager")).toBe(isKnown);
  });

  const refused = (observed: string): Partial<Incident> => ({
    kind: "expectation",
    findings: [{ kind: "expectation", severity: "breaking", subject: "status", expected: "200", observed }],
  });
  test.each<[string, string, Partial<Incident>, boolean]>([
    ["errors of the server in place of every answer", "500 server_error", {}, true],
    ["they concern every target of the host", "500 server_error", { target: "large" }, true],
    ["a key that is refused", "401 invalid_api_key", {}, true],
    ["another target may have another key", "401 invalid_api_key", { target: "large" }, false],
  ])("%s: %s %j", (_name, observed, over, isKnown) => {
    const other = { ...second, ...refused(observed), ...over };
    expect(knownBy(other, [{ ...first, ...refused(observed) }], ["pager"]).has("pager")).toBe(isKnown);
  });

  test("nobody was notified of the first, because it is silenced: the second is", () => {
    expect(heard(second, [{ ...first, notifications: { receivers: {} } }]).outbox).toHaveLength(1);
  });
});
