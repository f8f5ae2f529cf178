import { cpus } from "node:os";
import type { Account } from "./account.ts";
import { type Fault, usualRecoveryMs } from "./faults.ts";
import type { Member } from "./processes.ts";
import type { Provider } from "./provider.ts";
import type { AlertReceiver } from "./receiver.ts";

/** One fault as it was played; times in Unix milliseconds. */
export interface Played {
  readonly fault: Fault;
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
  readonly isEmbedded: boolean;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Between two slots of one probe. */
const betweenMs = 2_000;
/** After this long everything that is not broken itself must work again. */

/** The accounting table, for a terminal and as Markdown. Pure. */
export function drillReport(facts: DrillFacts): {
  readonly text: string;
  readonly markdown: string;
  readonly isWhole: boolean;
} {
  const { account, played, codes, leaks, members, seed, isEmbedded, fromMs, toMs } = facts;
  const silences = silenceByFault(facts);
  const crashes = members.flatMap((member) => member.crashes);
  const badExits = codes.filter(({ code }) => code !== 0).map(({ name, code }) => `${name} exited with ${code}`);
  const mustBeZero: readonly (readonly [string, number])[] = [
    ["slots without a row", account.broken.withoutRow],
    ["slots still claimed", account.broken.stillOpen],
    ["runs sent twice", account.broken.sentTwice],
    ["runs billed twice", account.broken.billedTwice],
    ["answers paid for and thrown away", account.broken.paidAndThrownAway],
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
    ["done with unknown usage, reserved in the ledger", account.unknownUsage],
    ["requests the provider saw", account.requests],
    ["answers paid for, lost with a process that was killed", account.paidAndInterrupted],
    ["alerts written", account.alerts.written],
    ["alerts delivered", account.alerts.delivered],
    ["of these, delivered again under the same id", account.alerts.redelivered],
    ["heartbeats", facts.receiver.heartbeatsMs.length],
  ];
  const slow = silences.filter(({ longestMs, limitMs }) => longestMs > limitMs);
  const isWhole = mustBeZero.every(([, n]) => n === 0) && slow.length === 0;
  const minutes = ((toMs - fromMs) / 60_000).toFixed(1);
  const mode = isEmbedded ? "one process, embedded store" : "five processes, PostgreSQL, Redis";
  const title = `${mode}: ${minutes} minutes, ${played.length} faults, seed ${seed}, ${cpus().length} cores`;
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
    "Longest time without a request, from the start of a fault to the start of the next one",
    ...silences.map(
      ({ name, n, longestMs, limitMs }) =>
        `${longestMs > limitMs ? "✗" : "✓"} ${`${name} × ${n}`.padEnd(52)}${seconds(longestMs).padStart(8)}`,
    ),
    ...(details.length === 0 ? [] : ["", ...details]),
    "",
    isWhole ? "Every slot, request and alert is accounted for." : "Not whole: see ✗ above.",
  ].join("\n");
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const markdown = [
    `${title}.`,
    "",
    row(["what became of everything", "n"]),
    row(["---", "---:"]),
    ...counts.map(row),
    "",
    row(["what must be 0", "n"]),
    row(["---", "---:"]),
    ...mustBeZero.map(row),
    "",
    row(["fault", "what is played", "times", "longest pause", "limit"]),
    row(["---", "---", "---:", "---:", "---:"]),
    ...silences.map(({ name, summary, n, longestMs, limitMs }) =>
      row([`\`${name}\``, summary, n, seconds(longestMs), seconds(limitMs)]),
    ),
    "",
  ].join("\n");
  return { text, markdown, isWhole };
}

interface Silence extends Pick<Fault, "name" | "summary"> {
  readonly n: number;
  readonly longestMs: number;
  readonly limitMs: number;
}

function silenceByFault({ played, provider, toMs }: DrillFacts): readonly Silence[] {
  const times = [...provider.entries.map(({ atMs }) => atMs).filter((atMs) => atMs < toMs), toMs].toSorted(
    (a, b) => a - b,
  );
  const pauses = times.slice(1).map((untilMs, place) => ({ fromMs: times[place] ?? untilMs, untilMs }));
  // Whatever pause begins after a fault has begun is its fault, until another one begins.
  const byPlay = Map.groupBy(pauses, ({ fromMs }) =>
    played.findLast(({ startedMs }) => startedMs < fromMs + betweenMs),
  );
  const longest = (one: Played): number =>
    Math.max(0, ...(byPlay.get(one) ?? []).map(({ fromMs, untilMs }) => untilMs - fromMs));
  return [...Map.groupBy(played, ({ fault }) => fault)]
    .map(([{ name, summary, recoveryMs = usualRecoveryMs }, of]) => ({
      name,
      summary,
      n: of.length,
      longestMs: Math.max(...of.map(longest)),
      limitMs: recoveryMs,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
