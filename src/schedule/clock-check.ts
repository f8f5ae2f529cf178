import type { Clock } from "../std/clock.ts";

/** More than this is no network delay and no slewing: somebody's clock is wrong. */
export const mostSkewMs = 2_000;

/** How far the queue's clock is ahead of ours; the time that asking took is taken off, for it proves nothing. */
export async function skewOf(queueClockMs: () => Promise<number>, clock: Clock): Promise<number> {
  const beforeMs = clock.nowMs();
  const theirsMs = await queueClockMs();
  const afterMs = clock.nowMs();
  if (theirsMs < beforeMs) return theirsMs - beforeMs;
  return theirsMs > afterMs ? theirsMs - afterMs : 0;
}

/** Returns how long ago the wall clock last jumped, as far as regular checks can see. */
export interface JumpWatch {
  /** Compares the two clocks since the last look. Undefined at the first look and when nothing has jumped. */
  look(): { readonly jumpedMs: number } | undefined;
  /** Milliseconds since a look noticed a jump; Infinity when none did. */
  sinceJumpMs(): number;
}

export function watchJumps(clock: Clock): JumpWatch {
  let last: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  let jumpedAtMs = Number.NEGATIVE_INFINITY;
  return {
    look() {
      const now = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
      const jumpedMs =
        last === undefined ? 0 : Math.round(now.wallMs - last.wallMs - (now.monotonicMs - last.monotonicMs));
      last = now;
      if (Math.abs(jumpedMs) <= mostSkewMs) return undefined;
      jumpedAtMs = now.monotonicMs;
      return { jumpedMs };
    },
    sinceJumpMs: () => clock.monotonicMs() - jumpedAtMs,
  };
}
