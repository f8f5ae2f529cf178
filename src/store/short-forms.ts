import type { LedgerEntry } from "../run/run.ts";
import type { FinishedRun } from "../run/world.ts";
import type { Column } from "./columns.ts";

/** Lines `what: why` by their reason, which often is that of most of them: `["learning, 1 of 60", "total time", …]`. */
type StoredLine = string | readonly [reason: string, ...subjects: string[]];

export function byReason(lines: readonly string[]): readonly StoredLine[] {
  const reasonOf = (line: string): string => line.slice(line.indexOf(": ") + 2);
  return [...Map.groupBy(lines, reasonOf)].flatMap(([reason, alike]): readonly StoredLine[] =>
    alike.length === 1 ? alike : [[reason, ...alike.map((line) => line.slice(0, -reason.length - 2))]],
  );
}

export const linesColumn = (name: string): Column<readonly string[]> => ({
  name,
  sql: name,
  read: (value) =>
    (Array.isArray(value) ? (value as readonly unknown[]) : []).flatMap((line) => {
      const [reason, ...subjects] = Array.isArray(line) ? line.map(String) : [];
      return typeof line === "string" ? line : subjects.map((subject) => `${subject}: ${reason}`);
    }),
});

/** The entries of a run without what `whole_ledger` knows: most are its first call, with its target and model. */
export function shortLedger({ ledger, ...run }: FinishedRun): readonly Partial<LedgerEntry>[] {
  const usual = { kind: "call", call: run.scenario, callNumber: 1, attempt: 1, target: run.target, model: run.model };
  return ledger.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name, value]) => usual[name as keyof typeof usual] !== value)),
  );
}
