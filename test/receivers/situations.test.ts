import { describe, expect, test } from "vitest";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import type { Alert } from "../../src/notify/compose/alert.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { withControls } from "../../src/notify/compose/controls.ts";
import type { PeerProbe } from "../../src/incident/blast-radius.ts";
import type { Mail, Message } from "../../src/notify/deliver/receiver-kind.ts";
import { atMs, incident, transition } from "../notify/samples.ts";
import { links, lookUp, receivers, type SampleKind } from "./kinds.ts";
import { renderFor } from "./render-for.ts";

/**
 * What a tired person reads on a phone, of each situation and receiver. The files are to be read: what is wrong, since
 * when, how bad it is for users, who else is affected, what is next, and one link to the rest.
 */
const finding = (over: Partial<Finding> & Pick<Finding, "kind" | "subject" | "expected" | "observed">): Finding => ({
  severity: "breaking",
  ...over,
});

const peer = (scenario: string, isBad: boolean, kind: Finding["kind"]): PeerProbe => ({
  probeId: `${scenario}@eu`,
  target: "mini",
  scenario,
  location: "eu",
  atMs: atMs - 30_000,
  verdict: isBad ? "fail" : "ok",
  kinds: isBad ? [kind] : [],
});

const contract = incident({
  kind: "contract",
  label: "response",
  severity: "breaking",
  tier: "page",
  findings: [
    finding({
      kind: "contract",
      subject: "choices[].message.role",
      expected: "string",
      observed: "missing",
      baselineVersion: 3,
    }),
    finding({
      kind: "contract",
      severity: "informative",
      subject: "service_tier",
      expected: "missing",
      observed: "string",
      baselineVersion: 3,
    }),
  ],
});
const outage = incident({
  kind: "availability",
  label: "reply",
  severity: "breaking",
  tier: "page",
  evidence: [{ runId: "mini-valid@eu/2026-11-23T10:12:00.000Z", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" }],
  findings: [
    finding({
      kind: "availability",
      subject: "reply",
      expected: "a reply",
      observed: "certificate expired 2026-11-22 22:59 UTC (api.example.com)",
    }),
  ],
});
const kept = outage.firstBadSlotMs;

const situations: Readonly<
  Record<string, readonly [Incident, Parameters<typeof transition>[0], (readonly PeerProbe[])?]>
> = {
  contract: [
    contract,
    "opened",
    [peer("streamed-request", true, "contract"), peer("missing-model", false, "contract")],
  ],
  "error-shape": [
    incident({
      kind: "error-shape",
      label: "error",
      severity: "breaking",
      tier: "page",
      scenario: "missing-model",
      findings: [
        finding({
          kind: "error-shape",
          subject: "error.code",
          expected: "model_not_found",
          observed: "missing",
          baselineVersion: 2,
        }),
      ],
      evidence: [{ runId: "r", requestId: "req_8f2c", status: 404 }],
    }),
    "opened",
    [],
  ],
  latency: [
    incident({
      kind: "latency",
      label: "total time",
      tier: "ticket",
      confirmation: "many-runs",
      badRuns: 1,
      judgedRuns: 1,
      findings: [
        finding({
          kind: "latency",
          severity: "risky",
          subject: "total time",
          expected: "812 ms",
          observed: "1.62 s (×2.0, 95 % interval ×1.8 to ×2.2), since 2026-11-23 09:50 UTC",
          baselineVersion: 3,
        }),
      ],
    }),
    "opened",
    [peer("streamed-request", true, "latency")],
  ],
  outage: [outage, "opened", [peer("streamed-request", true, "availability")]],
  group: [
    incident({
      kind: "availability",
      label: "provider",
      severity: "breaking",
      tier: "page",
      target: "api.example.com",
      model: "all",
      scenario: "all",
      confirmation: "slots",
      group: {
        reason: "provider-is-down",
        members: ["mini", "large", "embedded"],
        headline: "api.example.com is down: 3 of 4 targets do not reply",
      },
      findings: [
        finding({
          kind: "availability",
          subject: "3 of 4 targets",
          expected: "a reply",
          observed: "connection refused (192.0.2.7:443)",
        }),
      ],
    }),
    "opened",
  ],
  cap: [
    incident({
      kind: "budget",
      label: "spend cap of mini per day",
      tier: "page",
      target: "mini",
      model: "none",
      scenario: "budgets",
      location: "everywhere",
      lastGoodSlotMs: undefined,
      firstBadSlotMs: atMs,
      findings: [
        finding({
          kind: "budget",
          severity: "risky",
          subject: "spend cap of mini per day",
          expected: "at most $5.00",
          observed: "reached: 4 probes of mini are not run until 2026-11-24 00:00 UTC",
        }),
      ],
    }),
    "opened",
  ],
  resolved: [
    { ...outage, state: "resolved", goodInARow: 2, firstBadSlotMs: kept - 3_000_000 },
    "resolved",
    [peer("streamed-request", false, "availability")],
  ],
  acknowledged: [
    { ...contract, state: "acknowledged", acknowledged: { by: "ann", why: "asked the provider", atMs } },
    "acknowledged",
    [],
  ],
};

const publicUrl = "https://plumbline.example.com";
const kinds = Object.keys(receivers) as SampleKind[];

function alertOf(name: string): Alert {
  const [what, kind, peers] = situations[name] ?? [];
  if (what === undefined) throw new Error("no such situation");
  const alert = composeAlert(what, transition(kind, { incidentId: incidentId(what) }), peers);
  const entry = { id: "msg_1", receiver: "team", alert, createdAtMs: atMs };
  return withControls(entry, { publicUrl, key: () => "k".repeat(32) }, atMs).alert;
}

/** The texts of a message in reading order; addresses of signed links are shortened. */
function readable(message: Message | Mail): string {
  if ("mail" in message) return `${message.mail.subject}\n\n${message.mail.text}`;
  const lines: string[] = [];
  const walk = (value: unknown, name: string): void => {
    if (Array.isArray(value)) value.forEach((one) => walk(one, name));
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) walk(one, key);
    } else if (!hidden.includes(name)) lines.push(`${name}: ${String(value)}`);
  };
  const isForm = message.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  walk(isForm ? Object.fromEntries(new URLSearchParams(message.body)) : JSON.parse(message.body), "");
  return lines.join("\n");
}

const hidden = [
  "$schema",
  "type",
  "version",
  "emoji",
  "color",
  "contentType",
  "width",
  "weight",
  "size",
  "isSubtle",
  "spacing",
  "fontType",
  "wrapText",
];

const shown = (kind: SampleKind, alert: Alert): string => {
  const receiver = { ...receivers[kind], tz: "Europe/Berlin", links: links.slice(0, 1) };
  const message = renderFor({ id: "msg_1", receiver: "team", alert, createdAtMs: atMs }, receiver, lookUp, atMs);
  if ("refused" in message) throw new Error(message.refused);
  return readable(message).replaceAll(/(\/act\?do=\w+)[^\s)|>]*/g, "$1…");
};

describe.each(Object.keys(situations))("%s", (name) => {
  const alert = alertOf(name);

  test("reads as it should everywhere", async () => {
    const texts = kinds.map((kind) => `──────── ${kind}\n${shown(kind, alert)}\n`);
    await expect(texts.join("\n")).toMatchFileSnapshot(`situations/${name}.txt`);
  });

  test.each(["slack", "discord", "teams", "googleChat", "ntfy", "telegram", "email"] as const)(
    "%s answers the five questions, and links to the incident once",
    (kind) => {
      // Slack shows the last words of a date only where it can't show the reader's own time.
      const text = shown(kind, alert).replaceAll(/\|[^|>]* UTC>/g, ">");
      expect(text).toMatch(/today at \d\d:\d\d CET/);
      expect(text.replaceAll("&#39;", "'")).toContain(alert.nextStep.slice(0, 20));
      if (alert.status === "firing") expect(text).toMatch(/for users/);
      if (alert.status === "firing" && alert.reach !== null) expect(text).toMatch(/also affected/);
      expect(text.split(`${publicUrl}/incidents/`).length - 1).toBe(
        kind === "ntfy" && alert.status !== "firing" ? 2 : 1,
      );
      expect(text).not.toMatch(/plumbline incident|-slots-|baseline version| UTC\b/);
    },
  );
});
