import { Refusal } from "./io.ts";

/**
 * Why the program ends before its time. A refusal is in words of ours, and the system's own say what could not be opened.
 * The message of anything else may quote whatever was being read or sent: only its kind is told.
 */
export function endWords(thrown: unknown): string {
  if (thrown instanceof Refusal) return thrown.message;
  if (!(thrown instanceof Error)) return `${bug} (${typeof thrown} thrown)`;
  if (isSystemError(thrown)) return thrown.message;
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  return `${bug} (${[thrown.name, code].filter((word) => /^\w{1,60}$/.test(word)).join(", ")})`;
}

const bug = "it ended by a mistake of its own; DEBUG=1 shows where";

/** https://nodejs.org/api/errors.html#class-systemerror: code, call and place, and nothing that was read. */
function isSystemError(error: Error): boolean {
  if (!("syscall" in error && "code" in error && typeof error.code === "string")) return false;
  return (
    error.message.startsWith(`${error.code}: `) || error.message.startsWith(`${String(error.syscall)} ${error.code}`)
  );
}
