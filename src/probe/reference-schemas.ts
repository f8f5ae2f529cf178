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
      "where the secret is, never the secret: { env: NAME } for an environment variable, { file: path } for a file",
    examples: [{ env: "NAME" }, { file: "/run/secrets/name" }],
  });

export const httpUrl = z
  .string()
  .refine(isPlainHttpUrl, { error: "an http or https URL without user, password or query" })
  .meta({
    title: "URL",
    description: "begins with http:// or https://; without user, password, query and fragment",
    examples: ["https://example.com/path"],
  });

export const urlOrEnv = z
  .union([httpUrl, envRef], {
    error: "an http or https URL without user, password or query, or { env: NAME }",
  })
  .meta({
    title: "URL or variable",
    description: "a URL, or { env: NAME } for the environment variable that holds it",
    examples: ["https://example.com/path"],
  });

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === "http:" || url.protocol === "https:";
  return isHttp && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
