import type { AlertMatcher, Alerting, DigestTimes, Hours, DeliveryPolicy, Route } from "../probe/alerting.ts";
import { dayNames, type DeliveryPolicyText, type MatchText } from "./alerting-schemas.ts";
import { closestTo } from "./closest.ts";
import type { Complaint } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { receiverKinds } from "../receivers/receivers.ts";
import { kindNameOf } from "./resolve-receiver.ts";
import { durationMs } from "../probe/text-schemas.ts";

/** Who is notified of what, and when. */
export function resolveAlerting(text: ConfigText, complaints: Complaint[]): Alerting {
  const known = Object.keys(text.receivers);
  const checkNames = (names: readonly string[], path: readonly PropertyKey[]): void => {
    for (const name of names) {
      if (known.includes(name)) continue;
      const closest = closestTo(name, known);
      const hint = closest === undefined ? `known: ${known.join(", ") || "none"}` : `did you mean "${closest}"?`;
      complaints.push({ path, key: "receivers", expected: "names of receivers", got: `"${name.slice(0, 60)}"`, hint });
    }
  };
  const routes = text.routes.map((route, index): Route => {
    checkNames(route.receivers, ["routes", index]);
    checkNames(route.escalate?.receivers ?? [], ["routes", index, "escalate"]);
    return {
      name: route.name ?? `route ${index + 1}`,
      match: matcherOf(route.match),
      receivers: route.receivers,
      ...(route.escalate && {
        escalate: { afterMs: durationMs(route.escalate.after), receivers: route.escalate.receivers },
      }),
    };
  });
  const digest = text.digest && digestOf(text.digest, text.receivers, complaints);
  checkNames(digest?.receivers ?? [], ["digest"]);
  const policies = Object.entries(text.receivers).map(([name, one]) => [name, policyOf(one)] as const);
  return {
    routes,
    policies: Object.fromEntries(policies),
    maintenance: text.maintenance.map(({ name, match, cron, tz, for: lasts }) => ({
      name,
      match: matcherOf(match),
      cron,
      tz,
      forMs: durationMs(lasts),
    })),
    groupWaitMs: durationMs(text.incidents.groupWait),
    ...(digest && { digest }),
  };
}

/** A digest can wait until somebody is at work, and nothing resolves it. */
function digestOf(
  { at, tz, receivers }: NonNullable<ConfigText["digest"]>,
  known: ConfigText["receivers"],
  complaints: Complaint[],
): DigestTimes {
  for (const name of receivers) {
    const receiver = known[name];
    if (receiver === undefined) continue;
    const kind = kindNameOf(receiver);
    if (!receiverKinds[kind].wakesPeople) continue;
    complaints.push({
      path: ["digest"],
      key: "receivers",
      expected: "receivers that wake nobody: a digest can wait, and nothing resolves it",
      got: `"${name.slice(0, 60)}", which is ${kind}`,
      hint: "name a chat, a mail address or a webhook",
    });
  }
  return { atMinute: minuteOf(at), tz, receivers: [...new Set(receivers)] };
}

function matcherOf(text: MatchText): AlertMatcher {
  const given = Object.entries(text).filter(([, patterns]) => patterns !== undefined);
  return Object.fromEntries(given.map(([member, patterns]) => [member, [patterns].flat()]));
}

function policyOf({ hours, maxPerHour }: DeliveryPolicyText): DeliveryPolicy {
  return { ...(hours && { hours: hoursOf(hours) }), ...(maxPerHour && { maxPerHour }) };
}

function hoursOf({ days, from, to, tz, outside, pages }: NonNullable<DeliveryPolicyText["hours"]>): Hours {
  return { tz, days: daysOf(days), fromMinute: minuteOf(from), toMinute: minuteOf(to), outside, pages };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** `mon-fri, sun` → 0, 1, 2, 3, 4, 5; a span may go over the weekend. */
function daysOf(text: string): number[] {
  const found = text.split(",").flatMap((part) => {
    const [first = "", last = first] = part.trim().split("-");
    const from = dayNames.findIndex((name) => name === first);
    const length = ((dayNames.findIndex((name) => name === last) - from + 7) % 7) + 1;
    return Array.from({ length }, (_, index) => (from + index) % 7);
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
}
