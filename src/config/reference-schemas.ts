import { z } from "zod";

const envRef = z.strictObject({
  env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "the name of an environment variable" }),
});
const fileRef = z.strictObject({ file: z.string().min(1) });

/** A secret is named, never written. */
export const secret = z
  .union([envRef, fileRef], { error: "a reference to the secret: { env: NAME } or { file: path }" })
  .describe("where the secret is: { env: NAME } or { file: path }");

export const httpUrl = z
  .string()
  .refine(isPlainHttpUrl, { error: "an http or https URL without user, password or query" });

export const urlOrEnv = z.union([httpUrl, envRef], {
  error: "an http or https URL without user, password or query, or { env: NAME }",
});

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isHttp = url.protocol === "http:" || url.protocol === "https:";
  return isHttp && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
