import { type Command, InvalidArgumentError } from "commander";
import { correctSpend, type CorrectionView } from "../operate/spend.ts";
import { printable } from "../report/terminal-text.ts";
import { formatMicroUsd, microUsdPerUsd } from "../std/money.ts";
import { ask, asking, type AskOptions } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { moment } from "./format.ts";

interface CorrectOptions extends AskOptions {
  readonly usd?: number;
  readonly tokens?: number;
  readonly requests?: number;
  /** Unix milliseconds; now when left out. */
  readonly at?: number;
  readonly why: string;
}

/** `spend correct`: put the ledger right after wrong numbers. */
export function addSpendCommands(spend: Command, world: CliWorld): void {
  asking(spend.command("correct").description("add to the ledger of a target, or subtract from it"))
    .argument("<target>", "name of the target")
    .option("--usd <amount>", "US dollars to add, such as -1.50", (text) => Math.round(amount(text) * microUsdPerUsd))
    .option("--tokens <amount>", "tokens to add, such as -9000", amount)
    .option("--requests <amount>", "requests to add, such as -3", amount)
    .option("--at <time>", "the hour and day to correct, such as 2026-12-01T09:00Z; default: now", moment)
    .requiredOption("--why <reason>", "reason, kept in the audit log")
    .addHelpText(
      "after",
      '\nExample: plumbline spend correct mini --usd -9000000 --tokens -9000000000000 --why "false usage in one reply"' +
        "\nThe caps of the target, of its key and of everything change with it. Taking away also forgets the highest" +
        "\nusage of one run that Plumbline has reserved for since that day.",
    )
    .action((target: string, { usd, tokens, requests, at, why, ...where }: CorrectOptions) =>
      ask(world, where, correctSpend, { body: { target, atMs: at, microUsd: usd, tokens, requests, why } }, lineOf),
    );
}

function amount(text: string): number {
  if (!/^[+-]?\d{1,15}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError("expected a number such as -1.50");
  return Number(text);
}

function lineOf({ target, day, before, after }: CorrectionView): string {
  const text = ({ microUsd, tokens, requests }: CorrectionView["after"]): string =>
    `${formatMicroUsd(microUsd)}, ${tokens} tokens, ${requests} requests`;
  return `${printable(target)} on ${day}: ${text(before)} → ${text(after)}\n`;
}
