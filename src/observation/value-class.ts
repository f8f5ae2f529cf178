import { keepableName, saysLittle } from "./foreign-name.ts";
import type { Json } from "../std/json.ts";

/** Members that hold a completion or prose: of their texts only is said whether there is any. */
const prose =
  /^(content|text|reasoning|reasoning_content|refusal|arguments|message|detail|msg|transcript|output|input|prompt|name)$/;

/** Members whose few values are a vocabulary of the protocol, never a person's words. */
const vocabulary =
  /^(object|role|finish_reason|native_finish_reason|stop_reason|type|service_tier|status|provider|code|param|model)$/;

/** Members whose values are made up by the provider: how they begin is no secret and no one's words. */
const identifier = /(^|_)(id|fingerprint)$/;

/**
 * What a value is like, beside its kind; undefined when that says nothing more. Values themselves are kept of the
 * protocol's own vocabulary only, and only short plain words. `member` is the name it stands under.
 */
export function classOf(value: Json, member: string): string | undefined {
  if (typeof value === "string") return stringClass(value, member);
  if (typeof value === "number") return numberClass(value, member);
  if (typeof value !== "object" || value === null) return undefined;
  return (Array.isArray(value) ? value : Object.keys(value)).length === 0 ? "empty" : undefined;
}

/** Members that hold a time; how large it is gives its unit away. */
const time = /^(created|timestamp|updated|expires|expiration)$|_at$/;

function numberClass(value: number, member: string): string {
  if (value <= 0) return value === 0 ? "zero" : "negative";
  if (!time.test(member) || value < 1e8) return "positive";
  return value < 1e11 ? "seconds" : value < 1e14 ? "milliseconds" : "microseconds";
}

function stringClass(text: string, member: string): string {
  if (text === "") return "empty";
  if (prose.test(member)) return "text";
  if (text.length > 200) return "text";
  if (vocabulary.test(member) && /^[A-Za-z0-9_.:/-]{1,64}$/.test(text) && !looksSecret(text))
    return `"${keepableName(text)}"`;
  if (/^-?\d+(\.\d+)?$/.test(text)) return "digits";
  if (/^\d{4}-\d\d-\d\d([T ]|$)/.test(text)) return "date";
  if (/^(\d{1,9}(\.\d{1,9})?(ms|[smhd]))+$/.test(text)) return "duration";
  if (/^https?:\/\//i.test(text)) return "url";
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return "uuid";
  if (/\s/.test(text)) return "text";
  const prefix = identifier.test(member) ? /^([a-z]{2,12}[-_])[A-Za-z0-9_-]{6,}$/.exec(text)?.[1] : undefined;
  if (prefix !== undefined && saysLittle(prefix) && !looksSecret(text)) return `${prefix}…`;
  return "token";
}

function looksSecret(text: string): boolean {
  return /(^|[-_.:/])(sk|pk|whsec|bearer|key)[-_]/i.test(text);
}
