import type { Command } from "commander";
import { type AccountView, readAccount } from "../operate/account.ts";
import { printable } from "../report/terminal-text.ts";
import { formatMicroUsd } from "../std/money.ts";
import { isoSeconds } from "../std/time.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { moment } from "./format.ts";

interface AccountOptions extends AskOptions {
  readonly between: number;
  readonly and: number;
}

/** `account`: what became of every due slot. */
export function addAccountCommand(account: Command, world: CliWorld): void {
  asking(account)
    .requiredOption("--between <time>", "start of the period, such as 2026-12-01T09:00Z", moment)
    .requiredOption("--and <time>", "end of the period, at most 31 days after its start", moment)
    .action(({ between, and, ...where }: AccountOptions) =>
      ask(world, where, readAccount, { query: { fromMs: between, toMs: and } }, accountText),
    );
}

function accountText(it: AccountView): string {
  const { deliveries: sent } = it;
  const rows: (readonly [string, string | number])[] = [
    ["due", it.due],
    ...Object.entries(it.ended).map(([how, times]) => [`  ${how}`, times] as const),
    ["  waiting", it.waiting],
    ["  before the first run", it.beforeFirstRun],
    ["  without a row", it.withoutRow],
    ["runs beside the schedule", it.beside],
    ...it.ledger.map(
      ({ target, microUsd, tokens, requests }) =>
        [`ledger of ${target}`, `${formatMicroUsd(microUsd)}, ${tokens} tokens, ${requests} requests`] as const,
    ),
    ["deliveries", sent.written],
    ["  delivered", sent.delivered],
    ["  reported by another message", sent.superseded],
    ["  pending", sent.pending],
    ["  failed", sent.failed],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${printable(name.padEnd(width))}  ${value}\n`);
  return `${isoSeconds(it.fromMs)} – ${isoSeconds(it.toMs)}\n${lines.join("")}`;
}
