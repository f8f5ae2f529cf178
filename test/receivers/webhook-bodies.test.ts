import { generateKeyPairSync, verify } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/notify/compose/alert.ts";
import { linksFor } from "../../src/notify/compose/fill-template.ts";
import { renderFor } from "./render-for.ts";
import type { Message } from "../../src/notify/deliver/receiver-kind.ts";
import type { WebhookReceiver } from "../../src/receivers/webhook/receiver.ts";
import { alertParts, type TemplateValue } from "../../src/probe/template.ts";
import { alertOf, entryFor, receiver, secrets } from "../notify/samples.ts";
import { hostileAlert } from "./hostile.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
const itsPublic = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
const known: Readonly<Record<string, string>> = {
  ...secrets,
  SEED: `whsk_${seed.toString("base64")}`,
  PAIR: `whsk_${Buffer.concat([seed, itsPublic]).toString("base64")}\n`,
};
const nowMs = Date.now();

function message(over: Partial<WebhookReceiver> = {}, alert?: Alert): Message {
  const entry = { ...entryFor(), ...(alert === undefined ? {} : { alert }) };
  const secret = (ref: object): string => ("env" in ref ? (known[String(ref.env)] ?? "") : "");
  const rendered = renderFor(entry, receiver(over), secret, nowMs);
  if ("refused" in rendered) throw new Error(rendered.refused);
  if ("mail" in rendered) throw new Error("a mail is not posted");
  return rendered;
}

describe("v1a", () => {
  function verifies({ headers, body }: Message): boolean {
    const entries = (headers["webhook-signature"] ?? "").split(" ");
    const signature = entries.find((one) => one.startsWith("v1a,"))?.slice(4) ?? "";
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    return verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, "base64"));
  }

  test.each(["SEED", "PAIR"])("an ed25519 key as %s signs what node:crypto verifies", (env) => {
    const made = message({ secrets: [{ env }] });
    expect(made.headers["webhook-signature"]).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
    expect(verifies(made)).toBe(true);
    expect(verifies({ ...made, body: made.body.replace("57", "12") })).toBe(false);
  });

  test("beside v1, and whoever knows only v1 still verifies", () => {
    const made = message({ secrets: [{ env: "SEED" }, { env: "NEW_SECRET" }] });
    expect(made.headers["webhook-signature"]).toMatch(/^v1a,\S+ v1,\S+$/);
    expect(verifies(made)).toBe(true);
    expect(() => new Webhook(secrets["NEW_SECRET"] ?? "").verify(made.body, made.headers)).not.toThrow();
  });
});

test("a body as a CloudEvent, signed like any other", () => {
  const made = message({ body: { format: "cloudevents" } });
  expect(made.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
  expect(new Webhook(secrets["NEW_SECRET"] ?? "").verify(made.body, made.headers)).toEqual({
    specversion: "1.0",
    id: entryFor().id,
    source: "/plumbline/probes/mini-valid",
    type: "plumbline.incident.opened",
    subject: "f00dfeed-1",
    time: "2026-11-23T10:12:00.000Z",
    datacontenttype: "application/json",
    data: entryFor().alert,
  });
});

describe("a body of one's own", () => {
  const filled = (template: TemplateValue, alert?: Alert): unknown =>
    JSON.parse(message({ body: { format: "template", template } }, alert).body);

  test("one placeholder keeps its type, in a text it becomes text, and what is not there is nothing", () => {
    const template = {
      text: "{{ target }}: {{summary}}",
      bad: "{{badRuns}}",
      all: "{{changes}}",
      last: ["{{changes.0.after}}", "{{evidence.last.status}}", "{{changes.9.after}}", "<{{changes.9.after}}>"],
      fixed: 1,
    };
    expect(filled(template)).toEqual({
      text: "mini: mini valid-request: prompt tokens 12 → 57, 2 of 3 runs",
      bad: 2,
      all: [{ what: "prompt tokens", before: "12", after: "57" }],
      last: ["57", 200, null, "<>"],
      fixed: 1,
    });
  });

  test("stays JSON of the same shape whatever an alert holds", () => {
    const template = { a: "{{summary}}", b: ["x {{changes.0.before}} {{target}}"], "{{summary}}": "{{sequence}}" };
    fc.assert(
      fc.property(hostileAlert, (alert) => {
        const body = filled(template, alert) as Record<string, unknown>;
        expect(Object.keys(body)).toEqual(["a", "b", "{{summary}}"]);
        expect(body["a"]).toBe(alert.summary);
      }),
    );
  });

  test("every part of an alert can be named", () => {
    const alert = alertOf();
    const { single, lists } = alertParts;
    expect([...single, ...Object.keys(lists)]).toEqual(expect.arrayContaining(Object.keys(alert)));
    expect(Object.keys(alert.changes[0] ?? {}).toSorted()).toEqual([...lists.changes].toSorted());
    expect(Object.keys(alert.evidence[0] ?? {}).toSorted()).toEqual([...lists.evidence].toSorted());
  });
});

describe("links", () => {
  const trace = { text: "Trace", url: "https://tempo.example.com/trace/{{evidence.last.traceId}}" };
  const runbook = { text: "Runbook", url: "https://wiki.example.com/{{scenario}}?kind={{kind}}" };

  test("are made for each alert and go into its data; one that lacks its part is left out", () => {
    const links = [
      { text: "Trace", href: "https://tempo.example.com/trace/4bf92f3577b34da6a3ce929d0e0e4736" },
      { text: "Runbook", href: "https://wiki.example.com/valid-request?kind=usage" },
    ];
    expect(JSON.parse(message({ links: [trace, runbook] }).body)).toMatchObject({ data: { links } });
    expect(linksFor(alertOf({ evidence: [] }), [trace, runbook])).toEqual(links.slice(1));
  });

  test("lead to the configured host whatever an alert holds", () => {
    fc.assert(
      fc.property(hostileAlert, (alert) => {
        for (const { href } of linksFor(alert, [trace, runbook])) {
          expect(href).toMatch(/^[\x21-\x7e]{1,2000}$/);
          expect(["tempo.example.com", "wiki.example.com"]).toContain(new URL(href).host);
        }
      }),
    );
  });
});
