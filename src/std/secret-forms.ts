import { createHash } from "node:crypto";

/** How a secret may turn up in a text. */
export interface SecretForms {
  readonly whole: readonly string[];
  /** Secret also when only the beginning is there. */
  readonly cuttable: readonly string[];
  /** Beginning and end with something in between: `abc…wxyz`. */
  readonly masked: readonly RegExp[];
}

const shortestCuttable = 12;
const shortestMasked = 16;

export function secretForms(secret: string): SecretForms {
  const spellings = [...new Set([secret, ...urlEncoded(secret), ...jsonEscaped(secret)])];
  const derived = [...base64Forms(secret), ...hexForms(secret), ...digests(secret)];
  return {
    whole: [...spellings, ...derived.filter((form) => form.length >= shortestCuttable)],
    cuttable: [...(isAddress(secret) ? tellingParts(secret) : spellings), ...derived].filter(
      (form) => form.length >= shortestCuttable,
    ),
    masked: secret.length < shortestMasked || isAddress(secret) ? [] : maskedForms(secret),
  };
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
  return [usual, usual.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), form];
}

function jsonEscaped(secret: string): string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const slashes = once.replaceAll("/", "\\/");
  const ascii = once.replace(/[^\x20-\x7e]|[&<>'+=]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return [once, slashes, ascii, JSON.stringify(once).slice(1, -1)];
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

function maskedForms(secret: string): RegExp[] {
  const gap = String.raw`(?:\*{2,}|•{2,}|\.{3,}|…|x{4,}|X{4,})`;
  const escaped = (text: string): string => text.replace(/[^A-Za-z0-9]/g, String.raw`\$&`);
  return [
    new RegExp(`${escaped(secret.slice(0, 3))}[A-Za-z0-9_.-]{0,13}?${gap}[A-Za-z0-9_.-]{0,8}`, "g"),
    new RegExp(`${gap}${escaped(secret.slice(-4))}`, "g"),
  ];
}
