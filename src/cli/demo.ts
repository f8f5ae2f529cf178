import type { Command } from "commander";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { wholeNumber } from "./format.ts";

/** `demo`: the real program finds planted changes of a provider. */
export function addDemoCommand(demo: Command, { effects, done }: CliWorld): void {
  endsWith(demo, { 0: "every change was found and nothing else, or you ended it", 3: "something was missed" })
    .option("--once", "exit at the end of the story", false)
    .option("--data <folder>", "keep the data in this folder; default: a temporary one")
    .option("--open", "open the dashboard in a browser", false)
    .addHelpText("after", "\nExample: plumbline demo --open")
    .action(async ({ once, data, open }: { once: boolean; data?: string; open: boolean }) =>
      done(await effects.demo({ once, data, open })),
    );
}

/** `testbed`: a provider to try things on. */
export function addTestbedCommand(testbed: Command, { effects, done }: CliWorld): void {
  testbed
    .option("--port <port>", "port to listen on; 0 takes a free one", wholeNumber, 0)
    .option("--drift <names...>", "drifts that are active from the start")
    .addHelpText("after", "\nExample: plumbline testbed --drift model-swapped")
    .action(async ({ port, drift }: { port: number; drift?: readonly string[] }) =>
      done(await effects.testbed(port, drift ?? [])),
    );
}
