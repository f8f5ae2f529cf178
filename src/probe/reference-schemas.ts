import { z } from "zod";

const envRef = z.strictObject({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "the name of an environment variable" }),
});
const fileRef = z.strictObject({ file: z.string().min(1) });

/** A secret is named, never written. */
export const secret = z
  .union([envRef, fileRef], { error: "a reference to the secret: { env: NAME } or { file: path }" })
  .meta({
    title: "secret",
    description:
      "where the secret is, never the secret itself: { env: NAME } for an environment variable, { file: path } for a file",
    examples: [{ env: "NAME" }, { file: "/run/secrets/name" }],
  });

export const plainUrl = "an http or https URL without user, password, query and fragment";

export const httpUrl = z
  .string()
  .refine(isPlainHttpUrl, { error: plainUrl })
  .meta({
    title: "URL",
    description: "starts with http:// or https://; no user, password, query or fragment",
    examples: ["https://example.com/path"],
  });

export const urlOrEnv = z.union([httpUrl, envRef], { error: `${plainUrl}, or { env: NAME }` }).meta({
  title: "URL or variable",
  description: "a URL, or { env: NAME } for the environment variable that holds it",
  examples: ["https://example.com/path"],
});

export function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  // An empty user or query is dropped by the parser, and still not what was meant.
  return url.username === "" && url.password === "" && !/[?#]|^\w+:\/*[^/]*@/.test(text);
}
