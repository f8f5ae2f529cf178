import type { Alerting, DigestTimes, DeliveryPolicy, Route, TestTimes } from "../probe/alerting.ts";
import type { DeliveryPolicyText } from "./alerting-schemas.ts";
import { shown, type Complaint } from "./complaint.ts";
import { receiverKinds } from "../receivers/receivers.ts";
import { kindNameOf } from "./resolve-receiver.ts";
import type { ConfigText } from "./schema.ts";

/** Who is notified of what, and when. */
export function resolveAlerting(text: ConfigText, complaints: Complaint[]): Alerting {
  const routes = text.routes.map((route, index): Route => ({ ...route, name: route.name ?? `route ${index + 1}` }));
  const digest = text.digest && digestOf(text.digest, text.receivers, complaints);
  const policy = Object.entries(text.receivers).map(([name, receiver]) => [name, policyOf(receiver)] as const);
  return {
    routes,
    policies: Object.fromEntries(policy),
    maintenance: text.maintenance,
    groupWaitMs: text.incidents.groupWaitMs,
    neighbours: text.incidents.neighbours,
    ...(digest && { digest }),
    ...(text.receiverTests && { receiverTests: testTimesOf(text.receiverTests, Object.keys(text.receivers)) }),
  };
}

function testTimesOf(
  { days, at, tz, receivers }: NonNullable<ConfigText["receiverTests"]>,
  all: readonly string[],
): TestTimes {
  return { days, atMinute: at, tz, receivers: [...new Set(receivers ?? all)] };
}

/** A digest can wait until somebody is at work, and nothing resolves it. */
function digestOf(
  { at, tz, receivers }: NonNullable<ConfigText["digest"]>,
  known: ConfigText["receivers"],
  complaints: Complaint[],
): DigestTimes {
  for (const name of receivers) {
    const receiver = Object.hasOwn(known, name) ? known[name] : undefined;
    const kind = receiver && kindNameOf(receiver);
    if (kind === undefined || !receiverKinds[kind].wakesPeople) continue;
    complaints.push({
      path: ["digest"],
      key: "receivers",
      expected: "receivers that wake nobody: a digest can wait, and nothing resolves it",
      got: `${shown(name)}, which is ${kind}`,
      hint: "name a chat, a mail address or a webhook",
    });
  }
  return { atMinute: at, tz, receivers: [...new Set(receivers)] };
}

function policyOf({ hours, maxPerHour }: DeliveryPolicyText): DeliveryPolicy {
  return { ...(hours && { hours }), ...(maxPerHour && { maxPerHour }) };
}
