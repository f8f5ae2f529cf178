/** Long and of a key's alphabet, or with a key's prefix: never to be shown. */
export function looksSecret(text: string): boolean {
  return (
    /(^|[^A-Za-z])(sk|pk|whsec|whsk|gsk|xai|Bearer)[-_ ]/i.test(text) ||
    /^[A-Za-z0-9+/=_-]{24,}$/.test(text) ||
    /:\/\/[^/]*@|[?&]\w*key=/i.test(text)
  );
}
