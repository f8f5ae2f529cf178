import { Refusal } from "./io.ts";

/**
 * Why the program fails, for the person who started it. The messages of refusals and of the system are safe to show.
 * Any other message may quote what was being read or sent: only the kind of error is shown.
 */
export function errorText(thrown: unknown): string {
  if (thrown instanceof Refusal) return thrown.message;
  if (!(thrown instanceof Error)) return `${bug} (${typeof thrown} thrown)`;
  if (isSystemError(thrown)) return thrown.message;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  return `${bug} (${[thrown.name, code].filter((word) => /^\w{1,60}$/.test(word)).join(", ")})`;
}

const bug = "internal error (this is a bug): run again with DEBUG=1 and report the stack trace";

/** https://nodejs.org/api/errors.html#class-systemerror: code, call and place, and nothing that was read. */
function isSystemError(error: Error): boolean {
  if (!("syscall" in error && "code" in error && typeof error.code === "string")) return false;
  return (
    error.message.startsWith(`${error.code}: `) || error.message.startsWith(`${String(error.syscall)} ${error.code}`)
  );
}
