import { seededRandom } from "../../src/std/seeded-random.ts";
import { newModel } from "./endpoint.ts";
import { changes, hourly, type Instrument, instruments, nulls } from "./endpoints.ts";
import { dayMs, type Endpoint, play } from "./play.ts";

export interface Played {
  /** Days after the enrolment. */
  readonly pages: readonly number[];
  readonly enrolled: number;
  readonly enrolledDays: number;
}

/** False pages of one endpoint, and what its enrolment took. */
export function playNull(instrument: Instrument, name: string, seed: number, days = 180): Played {
  const found = nulls[name];
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  const [more, other, route] = found;
  const random = seededRandom(seed);
  const model = newModel(random);
  const models = [model, ...Array.from({ length: more }, () => other(model, random))];
  const pages: number[] = [];
  let [enrolledMs, isHeld, enrolled] = [0, false, 0];
  for (const run of play({ ...instruments[instrument], model: (nowMs, by) => route(models, nowMs, by) }, random)) {
    if (enrolledMs === 0) enrolled += run.requests;
    if (run.isEnrolled) enrolledMs ||= run.slotMs;
    if (run.findings !== undefined && !isHeld) pages.push((run.slotMs - enrolledMs) / dayMs);
    isHeld = run.findings !== undefined;
    if (enrolledMs > 0 && run.slotMs - enrolledMs > days * dayMs) break;
  }
  return { pages, enrolled, enrolledDays: enrolledMs / dayMs };
}

const isEvenHour = (nowMs: number): boolean => Math.floor(nowMs / 3_600_000) % 2 === 0;

/** Days from a change, three after the enrolment, until it is reported; Infinity: not within 60. */
export function daysToFind(instrument: Instrument, name: string, seed: number): number {
  const change = changes[name];
  const random = seededRandom(seed);
  const before = newModel(random);
  const after = typeof change === "function" ? change(before, random) : before;
  let changedMs = Infinity;
  const endpoint: Endpoint = {
    ...instruments[instrument],
    model: (nowMs) => (nowMs >= changedMs && !(name === hourly && isEvenHour(nowMs)) ? after : before),
    get cachedFromMs() {
      return change === "cache" ? changedMs : undefined;
    },
  };
  for (const { slotMs, isEnrolled, findings } of play(endpoint, random)) {
    if (isEnrolled && changedMs === Infinity) changedMs = slotMs + 3 * dayMs;
    if (slotMs >= changedMs && findings !== undefined) return (slotMs - changedMs) / dayMs;
    if (slotMs - changedMs > 60 * dayMs) break;
  }
  return Infinity;
}
