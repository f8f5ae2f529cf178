import type { Range } from "./gram-finder.ts";

/** A piece of a text, and what it says if it is read as an encoding. */
export interface EncodedToken extends Range {
  readonly says: string;
}

const backwards = (text: string): string => text.split("").toReversed().join("");
const fromBase64 = (text: string): string => Buffer.from(text, "base64").toString("latin1");
const fromHex = (text: string): string => Buffer.from(text, "hex").toString("latin1");

const any = "[A-Za-z0-9+/_-]";
/** The characters that printable ASCII in base64 has first, second and third in each group of four. */
const [first, second, third] = ["[I-Za-f]", "[C-HS-Xi-nyz0-3]", "[ABEFIJMNQRUVYZcdghklopstwx014589]"] as const;

/** Printable ASCII in base64 and hex, forwards and backwards; words and random ids are hardly ever of that form. */
const encodings: readonly (readonly [RegExp, (token: string) => string])[] = [
  [new RegExp(`(?:${first}${second}${third}${any}){3,2000}${any}{0,3}`, "g"), fromBase64],
  [new RegExp(`(?:${any}${third}${second}${first}){3,2000}`, "g"), (token) => fromBase64(backwards(token))],
  [/(?:[2-7][0-9a-f]){8,4000}/gi, fromHex],
  [/(?:[0-9a-f][2-7]){8,4000}/gi, (token) => fromHex(backwards(token))],
];

/** All that could be a text in base64 or hex, the texts within bounded in length. */
export function encodedTokens(text: string): EncodedToken[] {
  return encodings.flatMap(([pattern, read]) =>
    [...text.matchAll(pattern)].map(({ 0: token, index }) => ({
      start: index,
      end: index + token.length,
      says: read(token),
    })),
  );
}
