import type { SecretRef } from "../../probe/target.ts";

import type { Tracer } from "@opentelemetry/api";
import type { Receiver } from "../../probe/receiver.ts";

import type { Clock } from "../../std/clock.ts";
import { shortHash } from "../../std/hash.ts";
import type { Log } from "../../std/log.ts";
import type { Redactor } from "../../std/redact.ts";
import type { DeliveryOutcome, OutboxEntry } from "../compose/alert.ts";
import { nextAttemptAtMs } from "./backoff.ts";
import { type ActionLinks, withControls } from "../compose/controls.ts";
import { isTest } from "../compose/test-reason.ts";
import { inDeliverySpan } from "./delivery-spans.ts";
import type { ConcurrencyLimit } from "./concurrency-limit.ts";
import { afterDelivery, deliveryDuty } from "./lost-delivery.ts";
import type { Mailer } from "./mailer.ts";
import { outcomeOf } from "./outcome.ts";
import type { Conclusion, DeliveryAttempt, Outbox, PendingDelivery } from "./outbox.ts";
import type { Poster, Route } from "./poster.ts";
import type { KindOf, Mail, Message, Refusal } from "./receiver-kind.ts";
import { dutyFingerprint } from "../self-incident.ts";

/** Everything outside that delivering an alert may use. */
export interface DeliveryWorld {
  readonly clock: Clock;
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly poster: Poster;
  readonly mailer: Mailer;
  /** By name, as the configuration in force has them. */
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly kindOf: KindOf;
  readonly concurrency: ConcurrencyLimit;
  /** The value behind a reference; may throw when it can't be read just now. */
  readonly secret: (ref: SecretRef) => string;
  readonly redact: Redactor;
  readonly log: Log;
  readonly tracer?: Tracer | undefined;
  /** Action links in alerts; none when left out. */
  readonly links?: ActionLinks | undefined;
}

/**
 * One attempt at one entry: lease it, sign it, post it, record the outcome. undefined = nothing to do: it is delivered,
 * leased by another, not due, not its turn, or its receiver has enough attempts running. Whatever the receiver does is
 * an outcome. It throws only for a bug or when the store does not answer; then the lease expires and the same message,
 * with the same id, is sent again.
 */
export async function deliverOnce(world: DeliveryWorld, outboxId: string): Promise<DeliveryAttempt | undefined> {
  const { concurrency, outbox, clock } = world;
  const expected = concurrency.receiverOf(outboxId);
  if (expected !== undefined && concurrency.free(expected) === 0) return undefined;
  let leave = expected === undefined ? undefined : concurrency.enter(expected);
  try {
    const pending = await outbox.lease(outboxId, clock.nowMs(), leaseMs(world.receivers));
    if (pending === undefined) return undefined;
    leave ??= concurrency.enter(pending.entry.receiver);
    const attempt = await inDeliverySpan(world.tracer, pending, () => attemptAt(world, pending));
    await outbox.record(attempt, conclusionOf(world, pending, attempt));
    return attempt;
  } finally {
    leave?.();
  }
}

/** Longer than any attempt can take, so that no entry is sent by two at once. */
function leaseMs(receivers: ReadonlyMap<string, Receiver>): number {
  return Math.max(0, ...[...receivers.values()].map(({ timeoutMs }) => timeoutMs)) + leaseMarginMs;
}

const leaseMarginMs = 15_000;

async function attemptAt(world: DeliveryWorld, pending: PendingDelivery): Promise<DeliveryAttempt> {
  const { clock } = world;
  const { entry } = pending;
  const startedAtMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const receiver = world.receivers.get(entry.receiver);
  const outcome = await send(world, pending, receiver);
  const isRoutine = receiver !== undefined && world.kindOf(receiver).isRoutine === true;
  const attempt: DeliveryAttempt = {
    outboxId: entry.id,
    receiver: entry.receiver,
    ordinal: pending.attempts + 1,
    startedAtMs,
    durationMs: Math.max(0, clock.monotonicMs() - startedMs),
    outcome,
    isRoutine,
    nextDueAtMs: receiver === undefined || isRoutine ? undefined : nextDue(world, pending, outcome),
    disablesAs:
      outcome.kind === "gone" && receiver !== undefined && !isRoutine ? configurationHash(receiver) : undefined,
  };
  if (!isRoutine) logAttempt(world.log, entry, attempt);
  else if (outcome.kind !== "delivered") world.log.warn("heartbeat not delivered", reasonOf(outcome));
  return attempt;
}

/** There are no alerts about a receiver that was removed from the configuration. */
function conclusionOf(
  { receivers, kindOf, clock }: DeliveryWorld,
  { entry }: PendingDelivery,
  { receiver, outcome, ordinal, isRoutine, nextDueAtMs }: DeliveryAttempt,
): Conclusion | undefined {
  if (isRoutine === true || nextDueAtMs !== undefined || !receivers.has(receiver)) return undefined;
  const evidence = entry.alert.evidence.at(-1) ?? { runId: entry.alert.incidentId };
  const people = [...receivers].flatMap(([name, it]) => (kindOf(it).isRoutine === true ? [] : name));
  const ended = { receiver, outcome, attempts: ordinal, evidence, nowMs: clock.nowMs() };
  return {
    fingerprint: dutyFingerprint(deliveryDuty(receiver)),
    nowMs: ended.nowMs,
    conclude: (before, surroundings) => afterDelivery(before, ended, people, surroundings),
  };
}

/** Another address, secret or permission makes it another receiver, which has not answered 410. */
function configurationHash(receiver: Receiver): string {
  return shortHash(JSON.stringify(receiver), 32);
}

async function send(
  world: DeliveryWorld,
  { entry, disabledAs }: PendingDelivery,
  receiver: Receiver | undefined,
): Promise<DeliveryOutcome> {
  if (receiver === undefined) return { kind: "failed", reason: "the receiver was removed from the configuration" };
  if (disabledAs === configurationHash(receiver)) {
    return { kind: "refused", reason: "the receiver is disabled because it answered 410 Gone" };
  }
  const message = render(world, entry, receiver);
  if (message === undefined) return { kind: "failed", reason: "a secret of the receiver can't be read" };
  if ("refused" in message) return { kind: "refused", reason: message.refused };
  const { timeoutMs, allowPrivate } = receiver;
  const route = routeOf(world, receiver);
  if (route === undefined) return { kind: "failed", reason: "the proxy or authority of the receiver can't be read" };
  const post = ({ method, url, headers, body }: Omit<Message, "before">): ReturnType<Poster["post"]> =>
    world.poster.post({ method, url, headers, body, timeoutMs, allowPrivate, route });
  const first = "before" in message && message.before !== undefined ? await post(message.before) : undefined;
  const result =
    first?.kind === "fault"
      ? first
      : "mail" in message
        ? await world.mailer.send({ ...message.mail, route })
        : await post(message);
  return outcomeOf(result, world.clock.nowMs(), world.kindOf(receiver).statuses, world.redact);
}

/** undefined = a part of it can't be read just now. */
function routeOf({ secret }: DeliveryWorld, { proxy, ca }: Receiver): Route | undefined {
  try {
    return {
      ...(proxy !== undefined && { proxy: typeof proxy === "string" ? proxy : secret(proxy).trim() }),
      ...(ca !== undefined && { ca: secret(ca) }),
    };
  } catch {
    return undefined;
  }
}

/** undefined = a secret can't be read just now, such as a file that is being replaced. */
function render(world: DeliveryWorld, entry: OutboxEntry, receiver: Receiver): Message | Mail | Refusal | undefined {
  let unreadable = false;
  const secret = (ref: SecretRef): string => {
    try {
      return world.secret(ref);
    } catch (error) {
      unreadable = true;
      throw error;
    }
  };
  try {
    const nowMs = world.clock.nowMs();
    return world.kindOf(receiver).render(withControls(entry, world.links, nowMs), receiver, secret, nowMs);
  } catch (error) {
    if (unreadable) return undefined;
    throw error;
  }
}

function nextDue(world: DeliveryWorld, pending: PendingDelivery, outcome: DeliveryOutcome): number | undefined {
  if (outcome.kind !== "failed") return undefined;
  return nextAttemptAtMs(
    {
      attempts: pending.attempts + 1,
      createdAtMs: pending.failingSinceMs ?? Math.max(pending.entry.createdAtMs, pending.entry.heldUntilMs ?? 0),
      nowMs: world.clock.nowMs(),
      isTest: isTest(pending.entry.alert),
      retryAfterMs: outcome.retryAfterMs,
    },
    world.random,
  );
}

function reasonOf(outcome: DeliveryOutcome): { readonly outcome: string; readonly reason?: string } {
  return { outcome: outcome.kind, ...("reason" in outcome && { reason: outcome.reason }) };
}

function logAttempt(
  log: Log,
  entry: OutboxEntry,
  { ordinal, durationMs, outcome, nextDueAtMs }: DeliveryAttempt,
): void {
  const fields = {
    delivery: entry.id,
    incident: entry.alert.incidentId,
    receiver: entry.receiver,
    attempt: ordinal,
    durationMs: Math.round(durationMs),
  };
  switch (outcome.kind) {
    case "delivered":
      return log.info("alert delivered", { ...fields, status: outcome.status });
    case "failed":
      if (nextDueAtMs === undefined) return log.error("delivery given up", { ...fields, reason: outcome.reason });
      return log.warn("delivery failed, will retry", {
        ...fields,
        reason: outcome.reason,
        nextAttempt: new Date(nextDueAtMs).toISOString(),
      });
    case "gone":
      return log.error(
        "receiver disabled: it answered 410 Gone and gets no alerts until its configuration changes",
        fields,
      );
    case "refused":
      return log.error("delivery refused: the alert can't be sent", { ...fields, reason: outcome.reason });
    default:
      return outcome satisfies never;
  }
}
