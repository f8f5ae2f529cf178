import type { Config } from "../config/config.ts";
import type { Enrolment } from "../scenario/scenario.ts";
import type { TokenPrice } from "../probe/target.ts";
import type { Probe } from "../probe/probe.ts";
import { capsTooSmall } from "../judgement/spend/budget.ts";
import { isSlow } from "../judgement/drift/level/cadence.ts";
import { extraShare } from "../judgement/drift/level/burst.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import { formatMicroUsd, type MicroUsd } from "../std/money.ts";
import { mostCost, reservationFor } from "../run/reservation.ts";
import { counted } from "../std/counted.ts";

/** The most a day can bring, every answer as long as allowed, no retries; undefined money = a price is unknown. */
export interface DayForecast {
  readonly probe: string;
  readonly runs: number;
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: MicroUsd | undefined;
  /** Beside the schedule, in a year: a suspicion of a slowdown asks again within minutes. */
  readonly extraRequestsPerYear: number;
  /** What it asks before it judges, at most, and what its runs use in a month as a rule; undefined: it only judges. */
  readonly enrolment?: { readonly most: Amounts; readonly aMonth: Amounts } | undefined;
}

interface Amounts {
  readonly requests: number;
  readonly tokens: number;
  readonly microUsd: MicroUsd | undefined;
}

/** `slotsPerDay` counts the slots of one day of a probe. */
export function forecast({ probes }: Config, slotsPerDay: (probe: Probe) => number): DayForecast[] {
  return probes.map((probe) => {
    const once: Probe = { ...probe, target: { ...probe.target, policy: { ...probe.target.policy, retries: 0 } } };
    const scenario = scenarioOf(probe.scenario, probe.target);
    const { requests, tokens, microUsd } = reservationFor(once, scenario);
    const mayAskAgain = isSlow(probe.cadence) && scenario.polarity === "positive";
    const runs = slotsPerDay(probe);
    return {
      probe: probe.id,
      runs,
      requests: runs * requests,
      tokens: runs * tokens,
      microUsd: microUsd === undefined ? undefined : runs * microUsd,
      extraRequestsPerYear: mayAskAgain ? Math.ceil(365 * runs * requests * extraShare) : 0,
      enrolment: scenario.enrolment && enrolmentOf(scenario.enrolment, probe.target.price, 30 * runs * requests),
    };
  });
}

function enrolmentOf(of: Enrolment, price: TokenPrice | undefined, requests: number): DayForecast["enrolment"] {
  const amounts = (all: number, prompt: number, output: number, rounded: number): Amounts => ({
    requests: all,
    tokens: prompt + output,
    microUsd: mostCost(price, prompt, output, rounded),
  });
  const { maxRequests, maxPromptTokens, maxOutputTokens, usual } = of;
  return {
    most: amounts(maxRequests, maxPromptTokens, maxOutputTokens, maxRequests),
    // What the provider bills, which rounds the sum and not each request.
    aMonth: amounts(requests, requests * usual.promptTokens, requests * usual.outputTokens, 1),
  };
}

/** Probes that no cap will ever let run, and why, a line each. */
export function neverRunning({ probes }: Config): string[] {
  return probes.flatMap((probe) => {
    const { caps, microUsd = 0, tokens, requests } = reservationFor(probe, scenarioOf(probe.scenario, probe.target));
    const [why] = capsTooSmall(caps, { microUsd, tokens, requests });
    return why === undefined ? [] : [`${probe.id} will never run: ${why}. Raise the cap.`];
  });
}

export function renderForecast(days: readonly DayForecast[]): string {
  const widest = Math.max(5, ...days.map(({ probe }) => probe.length));
  const row = (name: string, runs: string, tokens: string, cost: string): string =>
    `  ${name.padEnd(widest)}  ${runs.padStart(10)}  ${tokens.padStart(12)}  ${cost.padStart(12)}\n`;
  const cost = (amount: MicroUsd | undefined): string => (amount === undefined ? "unknown" : formatMicroUsd(amount));
  const sum = (pick: (day: DayForecast) => number): number => days.reduce((total, day) => total + pick(day), 0);
  const unknown = days.filter(({ microUsd }) => microUsd === undefined).length;
  const known = formatMicroUsd(sum(({ microUsd }) => microUsd ?? 0));
  return (
    `${counted(days.length, "probe")}, at most per day:\n\n` +
    row("probe", "requests", "tokens", "cost") +
    days
      .map(({ probe, requests, tokens, microUsd }) => row(probe, String(requests), String(tokens), cost(microUsd)))
      .join("") +
    row(
      "total",
      String(sum(({ requests }) => requests)),
      String(sum(({ tokens }) => tokens)),
      unknown === 0 ? known : `${known} + ?`,
    ) +
    extraLine(sum((day) => day.extraRequestsPerYear)) +
    days.map(enrolmentLines).join("") +
    (unknown === 0 ? "" : `\n  ${counted(unknown, "probe")} without a known price: add prices to the targets.\n`)
  );
}

function extraLine(requests: number): string {
  if (requests === 0) return "";
  const share = `${extraShare * 100} %`;
  return `\n  Beside the schedule, probes that suspect a slowdown send up to ${requests} requests a year (${share}), within the spend caps.\n`;
}

function enrolmentLines({ probe, enrolment }: DayForecast): string {
  if (enrolment === undefined) return "";
  const say = ({ requests, tokens, microUsd }: Amounts): string =>
    `${requests} requests, ${tokens} tokens, ${microUsd === undefined ? "unknown cost" : formatMicroUsd(microUsd)}`;
  const { most, aMonth } = enrolment;
  return `\n  ${probe} learns first, with at most ${say(most)} in total;\n  afterwards it usually takes ${say(aMonth)} a month.\n`;
}
