import { formatDurationMs } from "../../../std/duration.ts";
import { formatMicroUsd } from "../../../std/money.ts";
import type { LevelCard, Promised, RateCard, ValuesCard } from "./series-card.ts";
import { minuteText } from "../../../std/time.ts";

const sayIn: Readonly<Record<LevelCard["unit"], (value: number) => string>> = {
  ms: (value) => (value < shortMs ? `${Number(value.toPrecision(2))} ms` : formatDurationMs(value)),
  tokens: (value) => value.toFixed(0),
  microUsd: (value) => formatMicroUsd(Math.round(value)),
};

/** Whole milliseconds are too coarse for times this short. */
const shortMs = 10;

/** A card of levels, for people. */
export function levelLines(card: LevelCard): string[] {
  const say = sayIn[card.unit];
  const { usual, n, fromMs, toMs, season, weekend, correlation, margin, floor, findsAfterMs, blindBelow } = card;
  return [
    `90 % of values between ${say(usual.low)} and ${say(usual.high)}, median ${say(usual.middle)}`,
    `from ${n} runs, ${day(fromMs)} to ${day(toMs)}; daily swing ×${season.toFixed(2)}${weekendText(weekend)}, autocorrelation ${correlation.toFixed(2)}, wander ${margin.wander.toFixed(2)}${widestText(margin)}`,
    `changes below ${Math.round((floor - 1) * 100)} % are not reported; time to detect, by replay: ${movesText(findsAfterMs)}`,
    ...(blindBelow === undefined ? [] : [`blind below ×${blindBelow}: smaller changes are not found within a day`]),
    promiseText(card),
  ];
}

/** `+20 % in 3 h, +50 % in 20 min, ×2 in 9 min` */
function movesText(finds: LevelCard["findsAfterMs"]): string {
  const nameOf = (ratio: number): string => (ratio >= 2 ? `×${ratio}` : `+${Math.round((ratio - 1) * 100)} %`);
  return finds.map(({ ratio, afterMs }) => `${nameOf(ratio)} ${afterText(afterMs)}`).join(", ");
}

function weekendText(weekend: LevelCard["weekend"]): string {
  if (weekend === undefined) return "";
  const { fromMs, lengthMs, depth } = weekend;
  return `, weekends ×${Math.exp(depth).toFixed(2)} (${hourOfWeek(fromMs)} to ${hourOfWeek(fromMs + lengthMs)} UTC)`;
}

/** `Sat 08:00`, of a time since the beginning of a week as Unix time counts them. */
function hourOfWeek(sinceMs: number): string {
  const date = new Date(sinceMs).toUTCString();
  return `${date.slice(0, 3)} ${date.slice(17, 22)}`;
}

function widestText({ unsteadiness }: LevelCard["margin"]): string {
  return unsteadiness > 1 ? `, ×${unsteadiness.toFixed(1)} the usual spread at its widest hours` : "";
}

function sharedText({ shared }: Promised): string {
  if (shared === undefined) return "";
  return `, so that all ${shared.pagingSeries} paging series together have one in ${longDuration(shared.everyMs)}`;
}

const dayMs = 86_400_000;

export function longDuration(durationMs: number): string {
  return durationMs < 2 * dayMs ? formatDurationMs(durationMs) : `${Math.round(durationMs / dayMs)} days`;
}

function day(atMs: number): string {
  return minuteText(atMs);
}

/** A card of how often something fails, for people. */
export function rateLines(card: RateCard, label: string): string[] {
  const { n, failed, fromMs, toMs, upTo, upToAtLeast, findsAfterMs } = card;
  const byPart = upToAtLeast < upTo ? ` (${percent(upToAtLeast)} at the best part of the day)` : "";
  const times = findsAfterMs.flatMap(({ ratio, afterMs }) => (ratio === undefined ? [] : { ratio, afterMs }));
  const finds = findsAfterMs.flatMap(({ ratio, share, afterMs }) =>
    ratio === undefined ? `${percent(share)} of runs failing ${afterText(afterMs)}` : [],
  );
  return [
    `${label}: ${failed} of ${n} runs failed, ${day(fromMs)} to ${day(toMs)}; up to ${percent(upTo)} counts as normal${byPart}`,
    `average time to detect more: ${movesText(times)}; ${finds.join(", ")}; failures within three minutes of one another count once`,
    promiseText(card),
  ];
}

/** A card of a few values, for people. */
export function valuesLines(card: ValuesCard, label: string): string[] {
  const { n, counts, findsAfterMs, mayPage } = card;
  const seen = Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, mostShown)
    .map(([value, times]) => `${value} in ${times} of ${n} runs`);
  const said = `${label}: ${seen.join(", ")}`;
  if (!mayPage) return [said, "varies from run to run: measured from the next runs on"];
  return [said, `time to detect another count: ${movesText(findsAfterMs)}`, promiseText(card)];
}

const mostShown = 12;

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function afterText(afterMs: number | undefined): string {
  return afterMs === undefined ? "never" : `in ${formatDurationMs(Math.round(afterMs / 1000) * 1000)}`;
}

function promiseText(card: Promised): string {
  return card.mayPage
    ? `promise: at most one false page in ${longDuration(card.falsePageEveryMs)}${sharedText(card)}`
    : "does not page yet: the baseline is too young";
}
