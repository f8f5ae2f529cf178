import { createHash } from "node:crypto";

/** How a secret may turn up in a text. */
export interface SecretForms {
  readonly whole: readonly string[];
  /** Secret also when only the beginning is there. */
  readonly cuttable: readonly string[];
  /** Secret also when only the end is there: `key ending in …`. */
  readonly endings: readonly string[];
  /** Secret also when only beginning or end is there, with a mask in between: `abc…wxyz`. */
  readonly masked: readonly string[];
}

const shortestCuttable = 12;
const shortestMasked = 16;

export function secretForms(secret: string): SecretForms {
  const spellings = spellingsOf(secret);
  const derived = [...base64Forms(secret), ...base64Forms(base64(secret)), ...hexForms(secret), ...digests(secret)];
  const isLong = (form: string): boolean => form.length >= shortestCuttable;
  return {
    whole: [...spellings, ...derived.filter(isLong)],
    cuttable: [...(isAddress(secret) ? tellingParts(secret) : spellings), ...derived].filter(isLong),
    endings: isAddress(secret) ? [] : spellings.filter(isLong),
    masked: secret.length < shortestMasked || isAddress(secret) ? [] : [secret],
  };
}

/** As it is, and as texts write it: escaped for what carries it, in other letters, or read as what it is not. */
function spellingsOf(secret: string): string[] {
  const inOtherLetters = [secret.toLowerCase(), secret.toUpperCase(), secret.normalize("NFC"), secret.normalize("NFD")];
  const misread = [Buffer.from(secret).toString("latin1"), secret.replace(/[\u0080-\uffff]/g, "\ufffd")];
  const escaped = [...urlEncoded(secret), ...jsonEscaped(secret), ...htmlEscaped(secret)];
  return [...new Set([secret, ...escaped, ...inOtherLetters, ...misread, ...inOtherLetters.flatMap(jsonEscaped)])];
}

function base64(secret: string): string {
  return Buffer.from(secret).toString("base64");
}

/** Of an address, only what is not known to everybody is secret: `https://` begins them all. */
function isAddress(secret: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(secret);
}

function tellingParts(address: string): string[] {
  return address
    .split(/[/?&=@:]/)
    .filter((part) => part.length >= shortestCuttable && !/^[\w-]+(?:\.[\w-]+)+$/.test(part));
}

function urlEncoded(secret: string): string[] {
  const usual = encodeURIComponent(secret.toWellFormed());
  const form = new URLSearchParams([["", secret]]).toString().slice(1);
  return [usual, encodeURIComponent(usual), usual.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), form];
}

function jsonEscaped(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const slashes = once.replaceAll("/", "\\/");
  const ascii = once.replace(/[^\x20-\x7e]|[&<>'+=]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [once, slashes, ascii, JSON.stringify(once).slice(1, -1)];
}

const entities = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

function htmlEscaped(secret: string): string[] {
  const each = (pattern: RegExp, write: (code: number) => string): string =>
    secret.replace(pattern, (it) => write(it.codePointAt(0) ?? 0));
  return [
    secret.replace(/[&<>"']/g, (it) => entities.get(it) ?? it),
    each(/[&<>"']/g, (code) => `&#x${code.toString(16)};`),
    each(/[^\w -]/gu, (code) => `&#${code};`),
    each(/[^\w -]/gu, (code) => `&#x${code.toString(16)};`),
  ];
}

/** On its own and inside something longer, where the characters depend on what stands before it. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return (["base64", "base64url"] as const).flatMap((encoding) =>
    [0, 1, 2].map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replace(/=+$/, "");
      const own = before === 0 ? 0 : before + 1;
      return text.slice(own, (before + bytes.length) % 3 === 0 ? undefined : -1);
    }),
  );
}

function hexForms(secret: string): string[] {
  const hex = Buffer.from(secret).toString("hex");
  return [hex, hex.toUpperCase()];
}

/** Gateways name a key by its hash. */
function digests(secret: string): string[] {
  return ["sha256", "sha1", "md5", "sha512"].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(secret).digest();
    return [digest.toString("hex"), digest.toString("hex").toUpperCase(), digest.toString("base64").replace(/=+$/, "")];
  });
}
