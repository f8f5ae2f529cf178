/** The two clocks: `nowMs` says when (Unix epoch, may jump), `monotonicMs` says how long (never runs back). */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
