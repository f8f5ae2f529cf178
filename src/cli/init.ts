import { type Command, Option } from "commander";
import { starterProviders } from "../config/starter/providers.ts";
import { starterReceivers } from "../config/starter/receivers.ts";
import type { StarterChoices } from "../config/starter/starter.ts";
import type { CliWorld } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { askForStarter, type InitOptions } from "./init-questions.ts";

/** `init`: a configuration to begin with. */
export function addInitCommand(init: Command, { io, effects, done }: CliWorld): void {
  endsWith(init, { 0: "written", 2: "the file exists, or an answer can't be used; nothing was written" })
    .argument("[file]", "output file", "plumbline.yaml")
    .addOption(new Option("--provider <name>", "kind of endpoint").choices(Object.keys(starterProviders)))
    .option("--base-url <url>", "base URL of the provider, including /v1")
    .option("--model <name>", "the model, or the deployment")
    .option("--key-env <name>", "environment variable that holds the key")
    .addOption(new Option("--receiver <kind>", "where alerts go").choices([...Object.keys(starterReceivers), "none"]))
    .addHelpText("after", "\nOn a terminal it asks for what no option gives. Elsewhere the provider is CometAPI.")
    .addHelpText("after", "\nExample: plumbline init --provider openai --model gpt-4o-mini --receiver slack")
    .action(async (file: string, options: InitOptions) => {
      done(await effects.init(file, () => (io.ask ? askForStarter(io.ask, options) : Promise.resolve(given(options)))));
    });
}

function given({ provider = "cometapi", receiver, ...rest }: InitOptions): StarterChoices {
  return { provider, ...rest, receiver: receiver === "none" ? undefined : receiver };
}
