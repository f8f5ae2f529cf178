import { type Command, Option } from "commander";
import type { CliWorld, McpArguments } from "./effects.ts";
import { endsWith } from "./exit-codes.ts";
import { addressOption } from "./format.ts";

interface McpOptions extends Omit<McpArguments, "scope"> {
  readonly write: boolean;
}

/** `mcp`: what an assistant can ask of a running service. */
export function addMcpCommand(mcp: Command, { effects, done }: CliWorld): void {
  endsWith(mcp, {
    0: "the client has gone, or stopped by a signal",
    2: "the address or the package can't be used",
    5: "no service answered",
  })
    .addOption(new Option("--url <url>", "address of the service").default("http://127.0.0.1:8080"))
    .option(
      "--listen <address>",
      "serve HTTP at this address, such as 127.0.0.1:8090, instead of standard input",
      addressOption,
    )
    .option("--audits <folder>", "folder of audits, as written by plumbline audit --out")
    .option("--write", "also offer tools that make changes, such as acknowledge_incident", false)
    .addHelpText(
      "after",
      "\nOver standard input it uses the token in PLUMBLINE_TOKEN; over HTTP each caller sends its own as Authorization: Bearer.",
    )
    .action(async ({ url, listen, audits, write }: McpOptions) =>
      done(await effects.mcp({ url, listen, audits, scope: write ? "write" : "read" })),
    );
}
