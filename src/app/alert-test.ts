import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import { deliverOnce } from "../notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../notify/deliver/concurrency-limit.ts";
import { createMailer } from "../notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import { outboxOf, testEntry } from "../notify/compose/test-alert.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { closestTo } from "../config/closest.ts";
import type { Config } from "../config/config.ts";
import { readSecret, secretName } from "../config/secrets.ts";
import { kindOf, requiredSecrets } from "../receivers/receivers.ts";
import { systemClock } from "../std/clock.ts";
import { formatDurationMs } from "../std/duration.ts";
import { silentLog } from "../std/log.ts";
import { keepSecrets, secretSources } from "./secrets.ts";

/**
 * Sends one receiver a test by the code that delivers every alert, and its end after it, so that nothing stays open.
 * Says what came back; nothing is tried again and nothing is stored.
 */
export async function testReceiver(
  name: string,
  { receivers }: Config,
  { stdout, stderr, env }: Io,
  json: boolean,
): Promise<number> {
  const receiver = receivers.find((one) => one.name === name);
  if (receiver === undefined) {
    const names = receivers.map((one) => one.name);
    const closest = closestTo(name, names);
    const known = closest === undefined ? `there are: ${names.join(", ") || "none"}` : `did you mean ${closest}?`;
    stderr.write(`no receiver is called ${name}; ${known}\n`);
    return exitCodes.usage;
  }
  const missing = requiredSecrets(receiver).filter(({ ref }) => readSecret(ref, secretSources(env)) === undefined);
  if (missing.length > 0) {
    for (const { ref } of missing) stderr.write(`${name} needs a value in ${secretName(ref)}; there is none\n`);
    return exitCodes.usage;
  }

  const world = {
    clock: systemClock,
    random: Math.random,
    poster: createPoster(),
    mailer: createMailer(),
    receivers: new Map([[name, receiver]]),
    kindOf,
    concurrency: createConcurrencyLimit(),
    secret: keepSecrets(env).read,
    log: silentLog,
  };
  const startedAtMs = systemClock.nowMs();
  const attempts: { readonly event: string; readonly outcome: DeliveryOutcome; readonly durationMs: number }[] = [];
  for (const event of ["opened", "resolved"] as const) {
    const entry = testEntry(name, event, startedAtMs);
    const attempt = await deliverOnce({ ...world, outbox: outboxOf(entry) }, entry.id);
    if (attempt === undefined) throw new Error("a test was not due");
    const { outcome, durationMs } = attempt;
    const what = event === "opened" ? "test" : "its end";
    attempts.push({ event, outcome, durationMs });
    if (!json) {
      stdout.write(`${name} (${receiver.kind})  ${what}: ${said(outcome)}, after ${formatDurationMs(durationMs)}\n`);
    }
    if (outcome.kind !== "delivered") break;
  }
  if (json) {
    stdout.write(`${JSON.stringify({ schema: 1, data: { receiver: name, kind: receiver.kind, attempts } })}\n`);
  }
  return attempts.every(({ outcome }) => outcome.kind === "delivered") ? exitCodes.fine : exitCodes.drifted;
}

function said(outcome: DeliveryOutcome): string {
  switch (outcome.kind) {
    case "delivered":
      return `delivered, status ${outcome.status}`;
    case "failed": {
      const { reason, retryAfterMs } = outcome;
      return `not delivered, ${reason}${retryAfterMs === undefined ? "" : `, asks to wait ${formatDurationMs(retryAfterMs)}`}`;
    }
    case "gone":
      return "not delivered, status 410: it wants no more";
    case "refused":
      return `not delivered and would not be tried again, ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
