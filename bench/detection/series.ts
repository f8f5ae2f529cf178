import { seededRandom } from "../../src/std/seeded-random.ts";

/** How a series behaves: log x = 0.35 y + season + spike + wander, y an AR(1) of variance 1. */
export interface Scenario {
  readonly name: string;
  readonly correlation: number;
  /** Daily swing of the logs: ln 1.2 is ±20 %. */
  readonly season: number;
  readonly spikes: number;
  /** Standard deviation of an unmodelled slow level (Ornstein-Uhlenbeck, six hours), in deviations of the core. */
  readonly wander: number;
}

const scenario = (name: string, correlation: number, season = 0, spikes = 0, wander = 0): Scenario => ({
  name,
  correlation,
  season: season * Math.log(1.2),
  spikes: spikes * 0.01,
  wander,
});

export const scenarios: readonly Scenario[] = [
  scenario("iid", 0),
  scenario("ar3", 0.3),
  scenario("ar6", 0.6),
  scenario("season", 0, 1),
  scenario("spikes", 0, 0, 1),
  scenario("all", 0.3, 1, 1),
  scenario("wander", 0, 0, 0, 0.3),
  scenario("all+wander", 0.3, 1, 1, 0.2),
];

/** A change put into a series. `level` and `tail` are factors, `variance` that of the variance of the logs. */
export type ConfigGeneration =
  | { readonly kind: "level"; readonly factor: number }
  | { readonly kind: "variance"; readonly factor: number }
  | { readonly kind: "tail"; readonly factor: number };

const sigma = 0.35;
const dayMs = 86_400_000;
const wanderMs = 6 * 3_600_000;

/** Endless: each call gives the next sample in milliseconds, with the shift if one is given. Same seed, same series. */
export function seriesOf(scene: Scenario, intervalMs: number, seed: number): (shift?: ConfigGeneration) => Sample {
  const random = seededRandom(seed * 7919 + 17);
  const normal = normalFrom(random);
  const keep = Math.exp(-intervalMs / wanderMs);
  const phase = random() * dayMs;
  let core = normal();
  let slow = normal();
  let atMs = 0;
  return (shift) => {
    atMs += intervalMs;
    core = scene.correlation * core + Math.sqrt(1 - scene.correlation ** 2) * normal();
    slow = keep * slow + Math.sqrt(1 - keep ** 2) * normal();
    let moved = sigma * (core + scene.wander * slow);
    if (shift?.kind === "variance") moved *= Math.sqrt(shift.factor);
    if (shift?.kind === "level") moved += Math.log(shift.factor);
    // The core's upper five per cent.
    if (shift?.kind === "tail" && core > 1.6449) moved += Math.log(shift.factor);
    if (scene.season > 0) moved += scene.season * Math.sin((2 * Math.PI * (atMs + phase)) / dayMs);
    if (scene.spikes > 0 && random() < scene.spikes) moved += Math.log(10);
    return { atMs, value: 800 * Math.exp(moved) };
  };
}

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

export function normalFrom(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
