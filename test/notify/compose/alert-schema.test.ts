import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Alert } from "../../../src/notify/compose/alert.ts";
import { alertBodySchema, alertJsonSchema } from "../../../src/notify/compose/alert-schema.ts";
import { composeAlert } from "../../../src/notify/compose/compose.ts";
import { digestAlert } from "../../../src/notify/compose/digest-message.ts";
import { withControls } from "../../../src/notify/compose/controls.ts";
import { renderFor } from "../../receivers/render-for.ts";

import type { TransitionKind } from "../../../src/incident/incident.ts";
import { digest } from "../digest-samples.ts";
import { lookUp, links as templates, receivers } from "../../receivers/kinds.ts";
import { atMs, entryFor, incident, transition } from "../samples.ts";

const transitionKinds = [
  "opened",
  "reopened",
  "escalated",
  "reminded",
  "unacknowledged",
  "acknowledged",
  "resolved",
] as const satisfies TransitionKind[];
const links = { publicUrl: "https://plumbline.example.com", key: () => "a link key of a good many characters" };

function bodyOf(alert: Alert): unknown {
  const entry = withControls({ ...entryFor("pager"), alert }, links, atMs);
  const message = renderFor(entry, { ...receivers.webhook, links: templates }, lookUp, atMs);
  if (!("body" in message)) throw new Error("nothing was posted");
  return JSON.parse(message.body);
}

describe("what the webhook posts is as the schema says, and nothing of it is unknown there", () => {
  test.each(transitionKinds)("%s", (kind) => {
    const body = bodyOf(composeAlert(incident(), transition(kind)));
    expect(alertBodySchema.parse(body)).toEqual(body);
  });

  test("an incident that stands for others, with everything that may be there", () => {
    const group = {
      reason: "provider-is-down",
      members: Array.from({ length: 300 }, (_, index) => `target-${index}`),
      headline: "api.example.com is down",
    } as const;
    const one = incident({ group, tier: "page", confirmation: "asked-again", kind: "availability" });
    const alert = composeAlert(one, transition("reopened"), []);
    const earlier = [{ id: "msg_1", sequence: 1, event: "opened", at: alert.at, reason: "2-of-3-slots-bad" }] as const;
    const body = bodyOf({ ...alert, earlier });
    expect(alertBodySchema.parse(body)).toEqual(body);
  });

  test("a daily digest", () => {
    const body = bodyOf(digestAlert(digest()));
    expect(body).toMatchObject({ type: "plumbline.digest", data: { event: "digest", status: "information" } });
    expect(alertBodySchema.parse(body)).toEqual(body);
  });

  test("another version is refused", () => {
    const body = bodyOf(composeAlert(incident(), transition())) as { data: object };
    expect(alertBodySchema.safeParse({ ...body, data: { ...body.data, version: 2 } }).success).toBe(false);
  });
});

test("the shipped schema is not stale, and lets pass what it does not know", () => {
  const shipped: unknown = JSON.parse(readFileSync("config/alert.schema.json", "utf8"));
  expect(shipped).toEqual(alertJsonSchema());
  expect(JSON.stringify(shipped)).not.toContain("additionalProperties");
});
