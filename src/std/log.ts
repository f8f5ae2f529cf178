/** The least a room needs to say something. Fields are named values, never free-form objects of others. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const maxFrames = 12;

/** A message may have lines that look like frames. */
function stackBelow({ stack = "", message }: Error): string {
  const at = message === "" ? -1 : stack.indexOf(message);
  return at === -1 ? stack : stack.slice(at + message.length);
}

/**
 * The fields to log of something thrown, under OpenTelemetry's names: its type and where it came from. Not its message,
 * which may quote what was being read (`JSON.parse` does), nor the lines of the stack that repeat it.
 */
export function exceptionFields(thrown: unknown): LogFields {
  if (!(thrown instanceof Error)) return { "exception.type": typeof thrown };
  const frames = stackBelow(thrown)
    .split("\n")
    .filter((line) => /^\s+at \S/.test(line));
  return {
    "exception.type": thrown.name,
    ...(frames.length > 0 && { "exception.stacktrace": frames.slice(0, maxFrames).join("\n") }),
    ...("code" in thrown && typeof thrown.code === "string" && { "error.code": thrown.code }),
  };
}
