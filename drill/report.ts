import { cpus } from "node:os";
import type { Account } from "./account.ts";
import type { Member } from "./processes.ts";
import type { Provider } from "./provider.ts";
import type { AlertReceiver } from "./receiver.ts";

/** One fault as it was played; times in Unix milliseconds. */
export interface Played {
  readonly name: string;
  readonly victim: string;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface DrillFacts {
  readonly account: Account;
  readonly played: readonly Played[];
  readonly codes: readonly { readonly name: string; readonly code: number | null }[];
  readonly leaks: readonly string[];
  readonly provider: Pick<Provider, "entries">;
  readonly receiver: Pick<AlertReceiver, "heartbeatsMs">;
  readonly members: readonly Pick<Member, "crashes">[];
  readonly seed: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** After this long everything that is not broken itself must work again. */
const recoveryLimitMs = 15_000;

/** The accounting table, for a terminal and as Markdown. Pure. */
export function drillReport(facts: DrillFacts): {
  readonly text: string;
  readonly markdown: string;
  readonly isWhole: boolean;
} {
  const { account, played, codes, leaks, members, seed, fromMs, toMs } = facts;
  const silences = silenceByFault(facts);
  const crashes = members.flatMap((member) => member.crashes);
  const badExits = codes.filter(({ code }) => code !== 0).map(({ name, code }) => `${name} exited with ${code}`);
  const mustBeZero: readonly (readonly [string, number])[] = [
    ["slots without a row", account.broken.withoutRow],
    ["slots still claimed", account.broken.stillOpen],
    ["runs sent twice", account.broken.sentTwice],
    ["requests without a run", account.broken.sentWithoutRun],
    ["targets whose ledger differs from the provider's", account.broken.ledgerDiffers],
    ["alerts never delivered", account.broken.alertsPending],
    ["incidents with alerts out of order", account.broken.alertsOutOfOrder],
    ["places that leak a secret", leaks.length],
    ["processes that ended by themselves", crashes.length],
    ["processes that did not stop in order", badExits.length],
  ];
  const counts: readonly (readonly [string, number])[] = [
    ["slots due", account.due],
    ...Object.entries(account.ended),
    ["runs beside the schedule", account.beside],
    ["requests the provider saw", account.requests],
    ["answers paid for and thrown away", account.paidAndThrownAway],
    ["alerts written", account.alerts.written],
    ["alerts delivered", account.alerts.delivered],
    ["of these, delivered again under the same id", account.alerts.redelivered],
    ["heartbeats", facts.receiver.heartbeatsMs.length],
  ];
  const slow = silences.filter(({ longestMs }) => longestMs > recoveryLimitMs);
  const isWhole = mustBeZero.every(([, n]) => n === 0) && slow.length === 0;
  const minutes = ((toMs - fromMs) / 60_000).toFixed(1);
  const title = `Drill: ${minutes} minutes, ${played.length} faults, seed ${seed}, ${cpus().length} cores`;
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const details = [...crashes, ...badExits, ...leaks];
  const text = [
    title,
    "",
    ...counts.map(([name, n]) => `  ${name.padEnd(52)}${String(n).padStart(8)}`),
    "",
    "Must be 0",
    ...mustBeZero.map(([name, n]) => `${n === 0 ? "✓" : "✗"} ${name.padEnd(52)}${String(n).padStart(8)}`),
    "",
    `Longest time without a request, from the start of a fault to ${recoveryLimitMs / 1000} s after its end`,
    ...silences.map(
      ({ name, n, longestMs }) =>
        `${longestMs > recoveryLimitMs ? "✗" : "✓"} ${`${name} × ${n}`.padEnd(52)}${seconds(longestMs).padStart(8)}`,
    ),
    ...(details.length === 0 ? [] : ["", ...details]),
    "",
    isWhole ? "Every slot, request and alert is accounted for." : "Not whole: see ✗ above.",
  ].join("\n");
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const markdown = [
    `${title}.`,
    "",
    row(["what", "n"]),
    row(["---", "---:"]),
    ...[...counts, ...mustBeZero].map(row),
    "",
    row(["fault", "played", "longest time without a request"]),
    row(["---", "---:", "---:"]),
    ...silences.map(({ name, n, longestMs }) => row([name, n, seconds(longestMs)])),
    "",
  ].join("\n");
  return { text, markdown, isWhole };
}

function silenceByFault({
  played,
  provider,
  toMs,
}: DrillFacts): readonly { name: string; n: number; longestMs: number }[] {
  const times = provider.entries.map(({ atMs }) => atMs);
  const longest = ({ startedMs, endedMs }: Played): number => {
    const lastMs = Math.min(endedMs + recoveryLimitMs + 5_000, toMs);
    const within = [startedMs, ...times.filter((atMs) => atMs > startedMs && atMs < lastMs), lastMs];
    return Math.max(...within.slice(1).map((atMs, place) => atMs - (within[place] ?? atMs)));
  };
  return [...Map.groupBy(played, ({ name }) => name)]
    .map(([name, times]) => ({ name, n: times.length, longestMs: Math.max(...times.map(longest)) }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
