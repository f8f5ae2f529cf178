import { readFileSync } from "node:fs";

/** The version of this program, as package.json says: the image keeps that file beside the compiled sources. */
export const version = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string }
).version;
