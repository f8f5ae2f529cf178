import type { SecretRef } from "../../probe/target.ts";

import type { Receiver } from "../../probe/receiver.ts";

import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
import { type Every, repeatTask } from "../../std/repeat.ts";
import type { OutboxEntry } from "../compose/alert.ts";
import { type ActionLinks, withControls } from "../compose/controls.ts";
import { outcomeOf } from "../deliver/outcome.ts";
import type { Poster } from "../deliver/poster.ts";
import type { KindOf } from "../deliver/receiver-kind.ts";

/** What the store knows about the newest notification of each incident. */
export interface LastNotified {
  /**
   * The newest ended entry to one receiver of each incident that is open, and of each that was resolved after
   * `sinceMs`.
   */
  lastNotified(receiver: string, sinceMs: number): Promise<readonly OutboxEntry[]>;
}

export interface ResendWorld {
  readonly lastNotified: LastNotified;
  readonly poster: Poster;
  readonly kindOf: KindOf;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly secret: (ref: SecretRef) => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly links?: ActionLinks | undefined;
}

/** Like Prometheus: every minute, and resolved alerts for a quarter of an hour. */
const everyMs = 60_000;
const resolvedForMs = 15 * 60_000;

/**
 * Resends active alerts to receivers that forget, such as Alertmanager; returns how many were accepted. Nothing is
 * recorded because nothing is new, and a failed one is resent in a minute. One failing receiver delays no other, and one
 * refused alert keeps back no other.
 */
export async function resendOnce(world: ResendWorld): Promise<number> {
  const forgetful = [...world.receivers.values()].filter((receiver) => world.kindOf(receiver).forgets);
  const taken = await Promise.all(forgetful.map((receiver) => resendTo(receiver, world)));
  return taken.reduce((sum, one) => sum + one, 0);
}

async function resendTo(receiver: Receiver, world: ResendWorld): Promise<number> {
  const { lastNotified, clock, log } = world;
  const entries = await lastNotified.lastNotified(receiver.name, clock.nowMs() - resolvedForMs);
  let taken = 0;
  for (const entry of entries) {
    const trouble = await resendEntry(entry, receiver, world);
    if (trouble === undefined) taken += 1;
    else {
      const { incidentId } = entry.alert;
      log.warn("could not resend an active alert", { receiver: receiver.name, incident: incidentId, ...trouble });
      if (trouble.isUnreachable) break;
    }
  }
  return taken;
}

/** Why an alert was not accepted. A receiver that cannot be reached gets the others in a minute, all at once. */
interface Trouble {
  readonly reason: string;
  readonly isUnreachable: boolean;
}

/** Undefined when the receiver accepted the alert. */
async function resendEntry(entry: OutboxEntry, receiver: Receiver, world: ResendWorld): Promise<Trouble | undefined> {
  const { poster, secret, clock, links } = world;
  const kind = world.kindOf(receiver);
  const nowMs = clock.nowMs();
  const message = kind.render(withControls(entry, links, nowMs), receiver, secret, nowMs);
  if ("refused" in message) return { reason: message.refused, isUnreachable: false };
  if ("mail" in message) return { reason: "mail is not resent", isUnreachable: false };
  const { timeoutMs, allowPrivate } = receiver;
  const result = await poster.post({ ...message, timeoutMs, allowPrivate });
  const outcome = outcomeOf(result, clock.nowMs(), kind.statuses);
  if (outcome.kind === "delivered") return undefined;
  const reason = outcome.kind === "gone" ? "status 410" : outcome.reason;
  return { reason, isUnreachable: result.kind === "fault" };
}

/** Resends every minute until stopped. */
export function startResending(world: ResendWorld, every: Every): { stop(): Promise<void> } {
  const run = (): Promise<number> => resendOnce(world);
  return repeatTask({ name: "resend", everyMs, deadlineMs: 2 * everyMs, run, log: world.log }, every);
}
