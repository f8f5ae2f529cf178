import { createHash } from "node:crypto";

/** Keys of every make, none of a form that keys are recognised by. */
export const oddSecrets: Readonly<Record<string, string>> = {
  "letters and digits": "canaryKEY3f9a1c77d2Qz9",
  "digits only": "830174652908173645520917",
  "small letters only": "qzjxkvwpmbtrhgdfslcnyaeo",
  "a UUID": "7d2c9a40-1f3b-4e8d-9c55-0b6a8e21f4d7",
  "with dots": "ten.ant.93.f1c7.a2d8.e5b0",
  "with spaces": "the canary sings 93 arias",
  "with signs": 'Zq/7"v+canary&Key=<%>\\3f9a1c77d2',
  "with letters of other alphabets": "клю́ч-ключевой-é-3f9a-🐦-1c77",
  "two hundred characters": Array.from(
    { length: 25 },
    (_, at) => `k${(at * 7919 + 104729).toString(36).padStart(7, "q")}`,
  ).join(""),
};

const hexes = (algorithm: string, secret: string): string => createHash(algorithm).update(secret).digest("hex");
const escapedOnce = (text: string): string => JSON.stringify(text).slice(1, -1);
const asEntities = (text: string, write: (code: number) => string): string =>
  text.replace(/[^\w -]/gu, (it) => write(it.codePointAt(0) ?? 0));
const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** How a provider may say a secret again: as it is, encoded, hashed, cut, or masked in its middle. */
export function spellingsOf(secret: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(secret);
  const ends = (first: number, gap: string, last: number): string =>
    `${secret.slice(0, first)}${gap}${secret.slice(-last)}`;
  return {
    raw: secret,
    "in small letters": secret.toLowerCase(),
    "in capitals": secret.toUpperCase(),
    "in base64": bytes.toString("base64"),
    "in base64url": bytes.toString("base64url"),
    "in base64 after a name": Buffer.from(`user:${secret}`).toString("base64"),
    "in base64 twice": Buffer.from(bytes.toString("base64")).toString("base64"),
    "in hex": bytes.toString("hex"),
    "in hex, capitals": bytes.toString("hex").toUpperCase(),
    "URL-encoded": encodeURIComponent(secret),
    "URL-encoded, in lower case": encodeURIComponent(secret).replace(/%../g, (it) => it.toLowerCase()),
    "URL-encoded twice": encodeURIComponent(encodeURIComponent(secret)),
    "as a form sends it": new URLSearchParams({ a: secret }).toString().slice(2),
    "in JSON": escapedOnce(secret),
    "in JSON in JSON": escapedOnce(escapedOnce(secret)),
    "in JSON of ASCII": escapedOnce(secret).replace(
      /[^\x20-\x7e]/g,
      (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
    "in HTML": secret.replace(/[&<>"']/g, (it) => named[it] ?? it),
    "in HTML by numbers": asEntities(secret, (code) => `&#${code};`),
    "in HTML by numbers in hex": asEntities(secret, (code) => `&#x${code.toString(16)};`),
    "read as Latin-1": bytes.toString("latin1"),
    "cut after eight": secret.slice(0, 8),
    "cut after eleven": secret.slice(0, 11),
    "cut later": secret.slice(0, -4),
    "its last ten": secret.slice(-10),
    "in base64, cut": bytes.toString("base64").slice(0, 14),
    "SHA-256": hexes("sha256", secret),
    "SHA-256, capitals": hexes("sha256", secret).toUpperCase(),
    "SHA-256, its beginning": hexes("sha256", secret).slice(0, 10),
    "SHA-1": hexes("sha1", secret),
    "MD5, capitals": hexes("md5", secret).toUpperCase(),
    "four stars four": ends(4, "****", 4),
    "seven dots four": ends(7, "...", 4),
    "four and an ellipsis": ends(4, "…", 4),
    "three bullets two": ends(3, "••••", 2),
    "four crosses six": ends(4, "xxxxxxxx", 6),
    "stars and four": `************${secret.slice(-4)}`,
    "dots and five": `...${secret.slice(-5)}`,
  };
}

/** Pieces of it that nobody may find anywhere. */
export function tracesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret.slice(0, 8),
    secret.slice(-8),
    bytes.toString("base64").slice(0, 12),
    bytes.toString("base64url").slice(0, 12),
    bytes.toString("hex").slice(0, 16),
    bytes.toString("hex").slice(0, 16).toUpperCase(),
    encodeURIComponent(secret).slice(0, 12),
    secret.toLowerCase().slice(0, 10),
    secret.toUpperCase().slice(0, 10),
    ...["sha256", "sha1", "md5"].flatMap((it) => [
      hexes(it, secret).slice(0, 10),
      hexes(it, secret).slice(0, 10).toUpperCase(),
    ]),
  ];
}
