import { createEffects } from "./effects.ts";
import { processIo } from "./process-io.ts";
import { errorText } from "../cli/error-text.ts";
import { exitCodes, Refusal } from "../cli/io.ts";
import { runCli } from "../cli/program.ts";
import { exceptionFields } from "../std/log.ts";
import { createRedactor } from "../std/redact.ts";

const io = processIo(process);

/** Whatever may be a secret of the environment: nobody knows yet which of it the configuration names. */
const redact = createRedactor(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && /(?:key|token|secret|pass|auth|cred|dsn|_url)(?!.*_file$)/i.test(name) ? [value] : [],
  ),
);

/** Node's own report of a crash shows the message as thrown, which may quote anything. */
process.on("uncaughtException", (error) => {
  if (process.listenerCount("uncaughtException") > 1) return;
  say(error);
  process.exit(exitCodes.internal);
});

try {
  process.exit(await runCli(process.argv.slice(2), io, createEffects(io)));
} catch (error) {
  say(error);
  process.exit(error instanceof Refusal ? error.exitCode : exitCodes.internal);
}

function say(error: unknown): void {
  io.stderr.write(`plumbline: ${redact(errorText(error))}\n`);
  const { "exception.stacktrace": frames } = exceptionFields(error);
  if (process.env["DEBUG"] !== undefined && typeof frames === "string") io.stderr.write(`${redact(frames)}\n`);
}
