import type { SecretRef } from "../../probe/target.ts";

import type { Receiver } from "../../probe/receiver.ts";

import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
import { type Every, repeatTask } from "../../std/repeat.ts";
import type { OutboxEntry } from "../compose/alert.ts";
import { type ActionLinks, withControls } from "../compose/controls.ts";
import { outcomeOf } from "../deliver/outcome.ts";
import type { Poster } from "../deliver/poster.ts";
import { forgets, renderFor, statusRulesOf } from "../../receivers/receivers.ts";

/** What the store knows of what receivers were told last. */
export interface Standing {
  /**
   * The newest ended entry of each incident to one receiver, as long as the incident is not over, and those that said
   * after `sinceMs` that it is.
   */
  lastTold(receiver: string, sinceMs: number): Promise<readonly OutboxEntry[]>;
}

export interface ResendWorld {
  readonly standing: Standing;
  readonly poster: Poster;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly secret: (ref: SecretRef) => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly links?: ActionLinks | undefined;
}

/** As Prometheus: every minute, and for a quarter of an hour that it is over. */
const everyMs = 60_000;
const resolvedForMs = 15 * 60_000;

/**
 * Tells those that forget, such as Alertmanager, once more what holds; returns how many alerts they took. Nothing new
 * is said, so nothing is recorded; what fails is said again in a minute. One in trouble does not delay another.
 */
export async function resendOnce(world: ResendWorld): Promise<number> {
  const forgetful = [...world.receivers.values()].filter(forgets);
  const taken = await Promise.all(forgetful.map((receiver) => resendTo(receiver, world)));
  return taken.reduce((sum, one) => sum + one, 0);
}

async function resendTo(receiver: Receiver, world: ResendWorld): Promise<number> {
  const { standing, clock, log } = world;
  const entries = await standing.lastTold(receiver.name, clock.nowMs() - resolvedForMs);
  let taken = 0;
  for (const entry of entries) {
    const trouble = await say(entry, receiver, world);
    if (trouble !== undefined) {
      log.warn("could not resend active alerts", { receiver: receiver.name, reason: trouble });
      break;
    }
    taken += 1;
  }
  return taken;
}

/** Why the receiver did not take it; undefined when it did. */
async function say(entry: OutboxEntry, receiver: Receiver, world: ResendWorld): Promise<string | undefined> {
  const { poster, secret, clock, links } = world;
  const nowMs = clock.nowMs();
  const message = renderFor(withControls(entry, links, nowMs), receiver, secret, nowMs);
  if ("refused" in message) return message.refused;
  if ("mail" in message) return "mail is not repeated";
  const { timeoutMs, allowPrivate } = receiver;
  const result = await poster.post({ ...message, timeoutMs, allowPrivate });
  const outcome = outcomeOf(result, clock.nowMs(), statusRulesOf(receiver));
  if (outcome.kind === "delivered") return undefined;
  return outcome.kind === "gone" ? "status 410" : outcome.reason;
}

/** Resends every minute until stopped. */
export function startResending(world: ResendWorld, every: Every): { stop(): Promise<void> } {
  const run = (): Promise<number> => resendOnce(world);
  return repeatTask({ name: "resend", everyMs, deadlineMs: 2 * everyMs, run, log: world.log }, every);
}
