import type { Alerting, DigestTimes, Manner, Route } from "../probe/alerting.ts";
import type { MannerText } from "./alerting-schemas.ts";
import { requireNames, shown, type Complaint } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";

/** Who is notified of what, and when. */
export function resolveAlerting(text: ConfigText, complaints: Complaint[]): Alerting {
  const known = Object.keys(text.receivers);
  const requireReceivers = (names: readonly string[] = [], ...path: readonly PropertyKey[]): void =>
    requireNames(names, known, { path, key: "receivers", expected: "names of receivers" }, complaints);
  const routes = text.routes.map((route, index): Route => {
    requireReceivers(route.receivers, "routes", index);
    requireReceivers(route.escalate?.receivers, "routes", index, "escalate");
    return { ...route, name: route.name ?? `route ${index + 1}` };
  });
  const digest = text.digest && digestOf(text.digest, text.receivers, complaints);
  requireReceivers(digest?.receivers, "digest");
  const policy = Object.entries(text.receivers).map(([name, receiver]) => [name, policyOf(receiver)] as const);
  return {
    routes,
    manners: Object.fromEntries(policy),
    maintenance: text.maintenance,
    groupWaitMs: text.incidents.groupWaitMs,
    ...(digest && { digest }),
  };
}

/** Both would page people for what can wait, and wait for a resolution, which a digest does not have. */
const waking = ["pagerduty", "alertmanager"] as const;

function digestOf(
  { at, tz, receivers }: NonNullable<ConfigText["digest"]>,
  known: ConfigText["receivers"],
  complaints: Complaint[],
): DigestTimes {
  for (const name of receivers) {
    const kind = Object.hasOwn(known, name) ? waking.find((one) => known[name]?.[one] !== undefined) : undefined;
    if (kind === undefined) continue;
    complaints.push({
      path: ["digest"],
      key: "receivers",
      expected: "receivers that page nobody: a digest is read when there is time, and is never resolved",
      got: `${shown(name)}, which is ${kind}`,
      hint: "name a chat, a mail address or a webhook",
    });
  }
  return { atMinute: at, tz, receivers: [...new Set(receivers)] };
}

function policyOf({ hours, maxPerHour }: MannerText): Manner {
  return { ...(hours && { hours }), ...(maxPerHour && { maxPerHour }) };
}
