import { cutFinder, mark, masksFinder } from "./secret-cuts.ts";
import { secretForms } from "./secret-forms.ts";

/** Replaces what must not be seen in a text. */
export type Redactor = (text: string) => string;

/** Shapes of keys that are recognised without having been told of them. A group is kept. */
const tokenPatterns = [
  /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|whsec|whsk|gh[pousr]|xox[abeoprs])[-_][A-Za-z0-9_+/=-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:sk|pk|rk|gsk|xai)[-_][A-Za-z0-9_-]{0,16}(?:\*{2,}|\.{3,}|…|•{2,})[A-Za-z0-9_-]{0,8}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\bBasic\s+[A-Za-z0-9+/_-]{8,}={0,2}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/g,
  /([?&](?:key|api[-_]?key|token|access[-_]token|sig|signature|secret)=)[^&\s"'<>]+/gi,
  /(\b(?:x-api-key|api[-_]key|proxy-authorization|set-cookie)["']?\s*[:=]\s*["']?)[^\s"',;]{6,}/gi,
  /\/\/[^/\s:@]+:[^/\s@]+@/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/**
 * Removes the given secrets in every usual spelling (raw, base64 and hex, escaped for URLs, JSON and HTML, hashed, masked in the
 * middle), each also when it is cut short after eight characters or more, and anything that looks like a key. Secrets
 * shorter than 6 characters are left alone: they would blank ordinary words.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets)].filter((secret) => secret.length >= 6).map(secretForms);
  const longestFirst = (of: Set<string>): string[] => [...of].sort((a, b) => b.length - a.length);
  const cuttable = new Set(forms.flatMap((it) => it.cuttable));
  const whole = longestFirst(new Set(forms.flatMap((it) => it.whole).filter((it) => !cuttable.has(it))));
  const withoutMasks = masksFinder(forms.flatMap((it) => it.masked));
  const withoutCuts = cutFinder(
    [...cuttable],
    forms.flatMap((it) => it.endings),
  );
  return (text) => {
    let clean = text;
    for (const needle of whole) if (clean.includes(needle)) clean = clean.replaceAll(needle, mark);
    clean = withoutMasks(withoutCuts(clean));
    for (const pattern of tokenPatterns) {
      clean = clean.replace(pattern, (_match, kept: unknown) => (typeof kept === "string" ? `${kept}${mark}` : mark));
    }
    return clean;
  };
}
