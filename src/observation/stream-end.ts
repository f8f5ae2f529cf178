import type { StreamEnd } from "../exchange/exchange.ts";

/** How a stream ended, in the words that baselines keep. */
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

const spoken: Readonly<Record<string, string>> = {
  "no-done": "no [DONE]",
  "no-finish-reason": "no finish reason",
  "error-event": "an error event",
};

/** The same in the words that people read. */
export function saidOfEnd(text: string): string {
  return text.replaceAll(/no-done|no-finish-reason|error-event/g, (word) => spoken[word] ?? word);
}
