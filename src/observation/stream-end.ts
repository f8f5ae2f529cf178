import type { StreamEnd } from "../exchange/exchange.ts";

/** How a stream ended, in the words that people see and baselines keep. */
export function streamEndText(end: StreamEnd): string {
  switch (end) {
    case "never-ends":
      return "never ends after its finish reason";
    case "no-blank-line":
      return "[DONE] without its blank line";
    case "complete":
    case "no-done":
    case "no-finish-reason":
    case "error-event":
    case "malformed":
      return end;
    default:
      return end satisfies never;
  }
}
