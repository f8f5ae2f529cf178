/** Replaces what must not be seen in a text. */
export type Redactor = (text: string) => string;

const mark = "[redacted]";

/** Shapes of keys that are recognised without having been told of them. */
const tokenPatterns = [
  /\b(?:sk|pk|rk|gsk|xai|whsec|whsk)[-_][A-Za-z0-9_+/=-]{8,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/g,
  /([?&](?:key|api_key|apikey|token|access_token)=)[^&\s"']+/gi,
  /\/\/[^/\s:@]+:[^/\s@]+@/g,
];

/**
 * Removes the given secrets in every usual spelling (raw, base64, URL-encoded, JSON-escaped) and anything
 * that looks like a key. Secrets shorter than 6 characters are left alone: they would blank ordinary words.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const needles = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 6) continue;
    needles.add(secret);
    needles.add(encodeURIComponent(secret));
    needles.add(JSON.stringify(secret).slice(1, -1));
    for (const encoding of ["base64", "base64url"] as const) {
      needles.add(Buffer.from(secret).toString(encoding).replace(/=+$/, ""));
    }
  }
  const longestFirst = [...needles].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const needle of longestFirst) clean = clean.replaceAll(needle, mark);
    for (const pattern of tokenPatterns) {
      clean = clean.replace(pattern, (_match, kept: unknown) => (typeof kept === "string" ? `${kept}${mark}` : mark));
    }
    return clean;
  };
}
