import { actionAddress, actsOnOver, type LinkAction } from "../../incident/action-link.ts";
import type { Alert, AlertControl, OutboxEntry } from "./alert.ts";
import { isTest } from "./test-reason.ts";

/** Where people reach the service, and the key that signs action links. */
export interface ActionLinks {
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** undefined: it can't be read just now, and the alert goes out without links. */
  readonly key: () => string | undefined;
}

const livesMs = 86_400_000;

/**
 * The entry with action links, made for one attempt: whoever reads a stored alert can't use them. There are none without
 * a public address of the service, for a test, and for alerts that need nobody. A resolved incident keeps those that
 * say what it was.
 */
export function withControls(entry: OutboxEntry, links: ActionLinks | undefined, nowMs: number): OutboxEntry {
  const { alert, receiver } = entry;
  if (links === undefined || isTest(alert) || alert.event === "digest") return entry;
  const page = `${links.publicUrl}/incidents/${encodeURIComponent(alert.incidentId)}`;
  const acts = actsFor(alert);
  const key = acts.length === 0 ? undefined : links.key();
  if (key === undefined) return { ...entry, alert: { ...alert, page } };
  // A whole hour's end: what is repeated every minute stays the same for a while.
  const expiresAtMs = Math.ceil((nowMs + livesMs) / 3_600_000) * 3_600_000;
  const controls = acts.map((act): AlertControl => ({
    act,
    text: labels[act],
    url: actionAddress(links.publicUrl, { act, incidentId: alert.incidentId, receiver, expiresAtMs }, key),
    expiresAt: new Date(expiresAtMs).toISOString(),
  }));
  return { ...entry, alert: { ...alert, page, controls } };
}

const labels: Readonly<Record<LinkAction, string>> = {
  acknowledge: "Acknowledge",
  silence: "Silence for 1 h",
  accept: "Accept as the new baseline",
  exclude: "Exclude from baselines",
  noise: "Mark as a false positive",
};

function actsFor(alert: Alert): readonly LinkAction[] {
  switch (alert.status) {
    case "firing":
      return actsOnOpen(alert);
    case "resolved":
      return actsOnOpen(alert).filter((act) => actsOnOver.includes(act));
    case "acknowledged":
    case "information":
      return [];
    default:
      return alert.status satisfies never;
  }
}

/** Only a comparison with a baseline can be accepted, and only a measured value can be a false positive. */
function actsOnOpen({ baselineVersion, kind, members }: Alert): LinkAction[] {
  const hasBaseline = baselineVersion !== null;
  const isMeasured = kind === "latency" || kind === "usage" || kind === "budget";
  const isOne = members === undefined;
  return [
    "acknowledge",
    ...(kind === "monitor" ? [] : ["silence" as const]),
    ...(hasBaseline ? ["accept" as const] : []),
    ...(isOne && (kind === "availability" || (isMeasured && (kind !== "budget" || hasBaseline)))
      ? ["exclude" as const]
      : []),
    ...(isOne && isMeasured && hasBaseline ? ["noise" as const] : []),
  ];
}
