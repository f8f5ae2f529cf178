import { isCapSpent, refusesStreamOptions } from "../../observation/error-facts.ts";
import type { ReplyFacts } from "../../observation/observation.ts";
import { formatDurationMs } from "../../std/duration.ts";

/** The provider's own reason for not answering as it was asked, in one line; undefined: the reply gives none. */
export function reasonOf(facts: ReplyFacts, maxTokens: number | undefined): string | undefined {
  const { status, error, notJson, bodyForm, contentType, bytes } = facts;
  if (error === undefined && status < 400) {
    if (notJson !== undefined) return `the body is no JSON (${notJson})`;
    if (bodyForm !== "text") return undefined;
    const what = bytes === 0 ? "an empty body" : `no JSON: ${contentType || "no content type"}`;
    return status === 200 ? what : `${status}, ${what}`;
  }
  if (bodyForm === "text") return [`${status}${bodyText(facts)}`, ...hints(facts, maxTokens)].join("; ");
  // What to do comes first: an alert cuts long texts off.
  const said = [...hints(facts, maxTokens), error?.message].filter((part) => part !== undefined);
  return `${status}${errorNames(facts)}${said.length === 0 ? "" : `: ${said.join("; ")}`}`;
}

function bodyText({ error }: ReplyFacts): string {
  const what = error?.family === "html" ? ", an HTML page" : error?.family === "empty" ? ", an empty body" : "";
  return error?.message === undefined ? what : `${what}: ${error.message}`;
}

function errorNames({ error }: ReplyFacts): string {
  if (error === undefined) return "";
  const { family, type, code, param } = error;
  const names = [...new Set([type, code].filter((it) => it !== undefined).map(String))].join("/");
  const where = family === "base_resp" || family === "declared" ? ` in ${family}` : "";
  const about = param === undefined ? "" : ` (${param})`;
  return `${names === "" ? "" : ` ${names}`}${where}${about}`;
}

function hints({ error, diagnosticHeaders = {} }: ReplyFacts, maxTokens: number | undefined): string[] {
  const isSpent = error !== undefined && isCapSpent(error);
  return [
    ...(isSpent && maxTokens !== undefined
      ? [`the cap of ${maxTokens} tokens was spent before an answer: set answerTokens of the target`]
      : []),
    ...(error !== undefined && refusesStreamOptions(error) ? ["set streamOptions of the target to false"] : []),
    ...waitHint(diagnosticHeaders),
  ];
}

/** A year: whatever is beyond is no time to wait. */
const mostSeconds = 31_536_000;

/** No server asks for so long a wait and says elsewhere that a short one is enough. */
function waitHint(diagnosticHeaders: Readonly<Record<string, string>>): string[] {
  const asked = diagnosticHeaders["retry-after"];
  if (asked === undefined) return [];
  const seconds = Number(asked);
  const [name, reset] = Object.entries(diagnosticHeaders).find(([header]) => /reset/.test(header)) ?? ["", ""];
  const resetMs = Number.parseFloat(reset) * (reset.endsWith("ms") ? 1 : 1000);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > mostSeconds) return [`Retry-After: ${asked}`];
  const wait = `Retry-After: ${asked} (${formatDurationMs(seconds * 1000)})`;
  const isFarApart = resetMs > 0 && resetMs < seconds * 100;
  return [
    isFarApart || (seconds >= 10_000 && seconds % 1000 === 0)
      ? `${wait}${isFarApart ? ` beside ${name} ${reset}` : ""}: likely milliseconds`
      : wait,
  ];
}
