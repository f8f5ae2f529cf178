import type { SpendCap } from "../../src/probe/target.ts";
import type { ClaimRequest, Spent } from "../../src/run/run.ts";
import { windowOf } from "../../src/judgement/spend/budget.ts";

/** Amounts in the three units a cap may have. */
export interface Amounts {
  readonly microUsd: number;
  readonly tokens: number;
  readonly requests: number;
}
export const units = ["microUsd", "tokens", "requests"] as const;
export type Unit = (typeof units)[number];

/** A run that may have been sent, by what its reply said, or as much as it may have used. */
interface Sent {
  readonly target: string;
  readonly atMs: number;
  readonly most: Amounts;
  used: Amounts;
}

/**
 * What was sent, kept beside the store and without its help. A run counts with its maximum from the moment its claim
 * was granted, and with what it used from the moment that is handed to the store: never more than is true.
 */
export class Truth {
  readonly #sent = new Map<string, Sent>();
  /** Those in force. */
  caps: readonly SpendCap[];

  constructor(caps: readonly SpendCap[]) {
    this.caps = caps;
  }

  capsOf(target: string): readonly SpendCap[] {
    return this.caps.filter((cap) => holdsFor(cap, target));
  }

  granted({ runId, target, atMs, reserve }: ClaimRequest): void {
    const { microUsd = 0, tokens, requests } = reserve;
    const most = { microUsd, tokens, requests };
    this.#sent.set(runId, { target, atMs, most, used: most });
  }

  settled(runId: string, spent: Spent): void {
    const sent = this.#sent.get(runId);
    if (sent === undefined) throw new Error(`${runId} was never granted`);
    const { microUsd = sent.most.microUsd, tokens = sent.most.tokens, requests } = spent;
    sent.used = { microUsd, tokens, requests };
  }

  /** What was used in the hour, day or month of that time, of what the cap is about. */
  usedBy(cap: SpendCap, atMs: number): Amounts {
    const { startMs, endMs } = windowOf(cap.span, atMs);
    const mine = [...this.#sent.values()].filter(
      ({ target, atMs: at }) => at >= startMs && at < endMs && holdsFor(cap, target),
    );
    const total = (unit: Unit): number => mine.reduce((sum, { used }) => sum + used[unit], 0);
    return { microUsd: total("microUsd"), tokens: total("tokens"), requests: total("requests") };
  }

  usedByTarget(target: string): Amounts {
    const mine = [...this.#sent.values()].filter((sent) => sent.target === target);
    const total = (unit: Unit): number => mine.reduce((sum, { used }) => sum + used[unit], 0);
    return { microUsd: total("microUsd"), tokens: total("tokens"), requests: total("requests") };
  }

  /** Caps that are passed in the windows of that time, in words; none is what must be. */
  passed(atMs: number): string[] {
    return this.caps.flatMap((cap) => {
      const used = this.usedBy(cap, atMs);
      return units.flatMap((unit) => {
        const limit = cap[unit];
        return limit !== undefined && used[unit] > limit
          ? [`${cap.scope} per ${cap.span}: ${used[unit]} of ${limit} ${unit}`]
          : [];
      });
    });
  }

  /** The most that one more run of the target may reserve under all its caps; a million where none binds. */
  room(target: string, atMs: number): Amounts {
    const left = (unit: Unit): number =>
      Math.min(
        1_000_000,
        ...this.capsOf(target).flatMap((cap) => {
          const limit = cap[unit];
          return limit === undefined ? [] : [limit - this.usedBy(cap, atMs)[unit]];
        }),
      );
    return { microUsd: left("microUsd"), tokens: left("tokens"), requests: left("requests") };
  }
}

function holdsFor({ scope, targets }: SpendCap, target: string): boolean {
  return scope === "all" || scope === `target/${target}` || targets?.includes(target) === true;
}
