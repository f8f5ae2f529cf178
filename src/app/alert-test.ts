import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import { deliverOnce } from "../notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../notify/deliver/concurrency-limit.ts";
import { createMailer } from "../notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import { outboxOf, testEntry } from "../notify/compose/test-alert.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { closestTo } from "../config/closest.ts";
import { readSecret, secretName } from "../config/secrets.ts";
import { kindOf, requiredSecrets } from "../receivers/receivers.ts";
import { systemClock } from "../std/clock.ts";
import { formatDurationMs } from "../std/duration.ts";
import { silentLog } from "../std/log.ts";
import { loadOrExplain } from "./files.ts";
import { keepSecrets, proxyFor, secretSources } from "./secrets.ts";

/**
 * Sends a test alert to one receiver with the code that delivers every alert, then its resolution, so that nothing stays
 * open. Prints the answers; nothing is retried or stored. Resolves to the exit code.
 */
export async function alertTest(name: string, file: string, json: boolean, io: Io): Promise<number> {
  const { stdout, stderr, env } = io;
  const config = loadOrExplain(file, io, []);
  if (config === undefined) return exitCodes.usage;
  const { receivers } = config;
  const receiver = receivers.find((one) => one.name === name);
  if (receiver === undefined) {
    const names = receivers.map((one) => one.name);
    const closest = closestTo(name, names);
    const hint = closest === undefined ? `known receivers: ${names.join(", ") || "none"}` : `did you mean ${closest}?`;
    stderr.write(`no receiver is called ${name}; ${hint}\n`);
    return exitCodes.usage;
  }
  const missing = requiredSecrets(receiver).filter(({ ref }) => readSecret(ref, secretSources(env)) === undefined);
  for (const { ref } of missing) stderr.write(`${name} needs a value in ${secretName(ref)}; it has none\n`);
  if (missing.length > 0) return exitCodes.usage;

  const secrets = keepSecrets(env);
  const world = {
    clock: systemClock,
    random: Math.random,
    poster: createPoster({ proxy: proxyFor(secrets) }),
    mailer: createMailer(),
    receivers: new Map([[name, receiver]]),
    kindOf,
    concurrency: createConcurrencyLimit(),
    secret: secrets.read,
    redact: secrets.redact,
    log: silentLog,
  };
  const startedAtMs = systemClock.nowMs();
  const attempts: { readonly event: string; readonly outcome: DeliveryOutcome; readonly durationMs: number }[] = [];
  for (const event of ["opened", "resolved"] as const) {
    const entry = testEntry(name, event, startedAtMs);
    const attempt = await deliverOnce({ ...world, outbox: outboxOf(entry) }, entry.id);
    if (attempt === undefined) throw new Error("a test was not due");
    const { outcome, durationMs } = attempt;
    const what = event === "opened" ? "test alert" : "resolution";
    attempts.push({ event, outcome, durationMs });
    if (!json) {
      stdout.write(
        `${name} (${receiver.kind})  ${what}: ${outcomeText(outcome)}, after ${formatDurationMs(durationMs)}\n`,
      );
    }
    if (outcome.kind !== "delivered") break;
  }
  if (json) {
    stdout.write(`${JSON.stringify({ schema: 1, data: { receiver: name, kind: receiver.kind, attempts } })}\n`);
  }
  return attempts.every(({ outcome }) => outcome.kind === "delivered") ? exitCodes.fine : exitCodes.drifted;
}

function outcomeText(outcome: DeliveryOutcome): string {
  switch (outcome.kind) {
    case "delivered":
      return `delivered, status ${outcome.status}`;
    case "failed": {
      const { reason, retryAfterMs } = outcome;
      return `not delivered, ${reason}${retryAfterMs === undefined ? "" : `, retry after ${formatDurationMs(retryAfterMs)}`}`;
    }
    case "gone":
      return "not delivered, status 410: the receiver wants no more messages";
    case "refused":
      return `not delivered, and would not be retried: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
