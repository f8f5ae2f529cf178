import type { Receiver } from "../../probe/receiver.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { Clock } from "../../std/clock.ts";
import type { Log } from "../../std/log.ts";
import type { OutboxEntry } from "../compose/alert.ts";
import { type ActionLinks, withControls } from "../compose/controls.ts";
import { outcomeOf } from "../deliver/outcome.ts";
import type { Poster } from "../deliver/poster.ts";
import type { KindOf } from "../deliver/receiver-kind.ts";
import type { Every } from "../deliver/outbox-poller.ts";

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
  readonly kindOf: KindOf;
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
  const forgetful = [...world.receivers.values()].filter((receiver) => world.kindOf(receiver).forgets);
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
      log.warn("alerts that hold could not be repeated, trying again", { receiver: receiver.name, reason: trouble });
      break;
    }
    taken += 1;
  }
  return taken;
}

/** Why the receiver did not take it; undefined when it did. */
async function say(entry: OutboxEntry, receiver: Receiver, world: ResendWorld): Promise<string | undefined> {
  const { poster, secret, clock, links } = world;
  const kind = world.kindOf(receiver);
  const nowMs = clock.nowMs();
  const message = kind.render(withControls(entry, links, nowMs), receiver, secret, nowMs);
  if ("refused" in message) return message.refused;
  if ("mail" in message) return "mail is not repeated";
  const { timeoutMs, allowPrivate } = receiver;
  const result = await poster.post({ ...message, timeoutMs, allowPrivate });
  const outcome = outcomeOf(result, clock.nowMs(), kind.statuses);
  if (outcome.kind === "delivered") return undefined;
  return outcome.kind === "gone" ? "status 410" : outcome.reason;
}

/** Repeats it until stopped; a round that is still going on is not begun again. */
export function startResending(world: ResendWorld, every: Every): { stop(): Promise<void> } {
  let resending: Promise<void> | undefined;
  const repetition = every(everyMs, () => {
    resending ??= resendOnce(world)
      .then(() => undefined)
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : "unknown";
        world.log.warn("alerts that hold could not be repeated, trying again", { error: name });
      })
      .finally(() => {
        resending = undefined;
      });
  });
  return {
    async stop() {
      repetition.stop();
      await resending;
    },
  };
}
