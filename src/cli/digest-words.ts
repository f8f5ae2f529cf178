import type { Command } from "commander";
import { asking, type AskOptions, trimmed } from "./control-words.ts";

export interface DigestArguments extends AskOptions {
  /** The one that was made last, instead of what would be told now. */
  readonly last: boolean;
}

/** `digest`: what stands out of all series. */
export function addDigestCommand(
  program: Command,
  show: (options: DigestArguments) => Promise<number>,
  done: (exitCode: number) => void,
): void {
  asking(program.command("digest").description("what has moved since the last daily digest; ends no day"))
    .option("--last", "the digest that was made last, as it was told", false)
    .addHelpText("after", "\nExample: plumbline digest --last --json")
    .action(async (options: DigestArguments) => done(await show(trimmed(options))));
}
