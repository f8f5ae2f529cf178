import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import { deliverOnce } from "../notify/deliver/deliver.ts";
import { createConcurrencyLimit } from "../notify/deliver/concurrency-limit.ts";
import { createMailer } from "../notify/deliver/mail-nodemailer.ts";
import { createPoster } from "../notify/deliver/post-undici.ts";
import { outboxOf, testEntry } from "../notify/compose/test-alert.ts";
import { testReasons } from "../notify/compose/test-reason.ts";
import type { Receiver } from "../probe/receiver.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import { closestTo } from "../config/closest.ts";
import { readSecret, secretName } from "../config/secrets.ts";
import { kindOf, requiredSecrets } from "../receivers/receivers.ts";
import { systemClock } from "../std/clock.ts";
import { formatDurationMs } from "../std/duration.ts";
import { silentLog } from "../std/log.ts";
import { loadOrExplain } from "./files.ts";
import { keepSecrets, proxyFor, secretSources } from "./secrets.ts";

interface Tested {
  readonly receiver: string;
  readonly kind: string;
  readonly attempts: readonly {
    readonly event: string;
    readonly outcome: DeliveryOutcome;
    readonly durationMs: number;
  }[];
}

/**
 * Sends a test alert to one receiver, or to all, with the code that delivers every alert, then its resolution, so that
 * nothing stays open. A test of all is hidden where the service can hide it. Prints the answers; nothing is retried or
 * stored. Resolves to the exit code.
 */
export async function alertTest(name: string | undefined, file: string, json: boolean, io: Io): Promise<number> {
  const { stdout, stderr, env } = io;
  const config = loadOrExplain(file, io, []);
  if (config === undefined) return exitCodes.usage;
  const chosen = config.receivers.filter((one) => name === undefined || one.name === name);
  if (chosen.length === 0) {
    stderr.write(unknownReceiver(name, config.receivers));
    return exitCodes.usage;
  }
  const missing = chosen.flatMap((receiver) =>
    requiredSecrets(receiver)
      .filter(({ ref }) => readSecret(ref, secretSources(env)) === undefined)
      .map(({ ref }) => `${receiver.name} needs a value in ${secretName(ref)}; it has none\n`),
  );
  for (const line of missing) stderr.write(line);
  if (missing.length > 0) return exitCodes.usage;

  const secrets = keepSecrets(env);
  const reason = name === undefined ? testReasons.quiet : testReasons.loud;
  const results: Tested[] = [];
  for (const receiver of chosen) {
    const tested = await testReceiver(receiver, secrets, reason, json ? () => {} : (line) => stdout.write(line));
    results.push(tested);
  }
  if (json) stdout.write(`${JSON.stringify({ schema: 1, data: name === undefined ? results : results[0] })}\n`);
  const isDelivered = results.every(({ attempts }) => attempts.every(({ outcome }) => outcome.kind === "delivered"));
  return isDelivered ? exitCodes.fine : exitCodes.drifted;
}

function unknownReceiver(name: string | undefined, receivers: readonly Receiver[]): string {
  const names = receivers.map((one) => one.name);
  if (name === undefined) return "the configuration has no receivers\n";
  const closest = closestTo(name, names);
  const hint = closest === undefined ? `known receivers: ${names.join(", ") || "none"}` : `did you mean ${closest}?`;
  return `no receiver is called ${name}; ${hint}\n`;
}

async function testReceiver(
  receiver: Receiver,
  secrets: ReturnType<typeof keepSecrets>,
  reason: Parameters<typeof testEntry>[3],
  say: (line: string) => void,
): Promise<Tested> {
  const { name, kind } = receiver;
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
  const attempts: Tested["attempts"][number][] = [];
  for (const event of ["opened", "resolved"] as const) {
    const entry = testEntry(name, event, startedAtMs, reason);
    const attempt = await deliverOnce({ ...world, outbox: outboxOf(entry) }, entry.id);
    if (attempt === undefined) throw new Error("a test was not due");
    const { outcome, durationMs } = attempt;
    attempts.push({ event, outcome, durationMs });
    const what = event === "opened" ? "test alert" : "resolution";
    say(`${name} (${kind})  ${what}: ${outcomeText(outcome)}, after ${formatDurationMs(durationMs)}\n`);
    if (outcome.kind !== "delivered") break;
  }
  return { receiver: name, kind, attempts };
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
