import type { SecretRef } from "../probe/target.ts";

/** The outside, as far as a configuration may look at it. */
export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined when it can't be read. */
  readonly readFile: (path: string) => string | undefined;
}

/** The value behind a reference without a final line break; undefined when there is none or it is empty. */
export function readSecret(ref: SecretRef, { env, readFile }: SecretSources): string | undefined {
  const value = "env" in ref ? env[ref.env] : readFile(ref.file)?.replace(/\r?\n$/, "");
  return value === "" ? undefined : value;
}

export function secretName(ref: SecretRef): string {
  return "env" in ref ? `environment variable ${ref.env}` : `file ${ref.file}`;
}

/** Long and of a key's alphabet, or with a key's prefix: never to be shown. */
export function looksSecret(text: string): boolean {
  return (
    /(^|[^A-Za-z])(sk|pk|whsec|whsk|gsk|xai|Bearer)[-_ ]/i.test(text) ||
    /^[A-Za-z0-9+/=_-]{24,}$/.test(text) ||
    /:\/\/[^/]*@|[?&]\w*key=/i.test(text)
  );
}
