#!/usr/bin/env node
import { createCommands } from "./app/commands.ts";
import { exitCodes, type Io } from "./cli/io.ts";
import { runCli } from "./cli/program.ts";

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onSignal(listener) {
    process.on("SIGINT", listener);
    process.on("SIGTERM", listener);
  },
};

try {
  process.exit(await runCli(process.argv.slice(2), io, createCommands(io)));
} catch (error) {
  const message = error instanceof Error ? error.message : "unknown error";
  io.stderr.write(`plumbline: ${message}\n`);
  if (process.env["DEBUG"] !== undefined && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  process.exit(exitCodes.internal);
}
