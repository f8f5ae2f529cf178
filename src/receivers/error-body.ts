/**
 * Bodies by which chat and paging services report an error under a status of success. Sources: Slack answers `ok` or an
 * error code as text; Teams connectors answer `Webhook message delivery failed with error: …`; JSON services have one of
 * the members below. A page of HTML is somebody else's: a login, a proxy or a captive portal.
 */
export function isErrorBody(body: string): boolean {
  const text = body.trim();
  if (text.startsWith("<")) return true;
  if (/\b(?:failed|error)\b/i.test(text) && !text.startsWith("{")) return true;
  return isErrorObject(objectIn(text));
}

/** Slack's way: `ok` is the only text of success. Compatible services answer JSON or nothing. */
export function isSlackError(body: string): boolean {
  const text = body.trim();
  if (isErrorBody(text)) return true;
  return text !== "" && text.toLowerCase() !== "ok" && objectIn(text) === undefined;
}

function isErrorObject(answer: Readonly<Record<string, unknown>> | undefined): boolean {
  if (answer === undefined) return false;
  const { error, errors, ok, success, status, code, errcode, id, status_code: httpStatus } = answer;
  if (ok === false || success === false) return true;
  if (typeof httpStatus === "number" && httpStatus >= 400) return true;
  if (isErrorCode(errcode) || (isErrorCode(code) && id === undefined)) return true;
  if (error || (Array.isArray(errors) ? errors.length > 0 : errors)) return true;
  return typeof status === "string" && /error|fail|invalid|denied|reject/i.test(status);
}

const isErrorCode = (code: unknown): boolean => typeof code === "number" && code !== 0 && code !== 200;

/** Undefined when the text is no JSON object, or is cut. */
function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
