import { createHash, getHashes } from "node:crypto";
import type { Needle } from "./gram-finder.ts";
import { folded, squeezed } from "./normal-form.ts";

/** What gives a secret away, by the form of text in which it is looked for. */
export interface SecretForms {
  /** Looked for in small letters, nothing left out. */
  readonly folded: readonly Needle[];
  /** Looked for in small letters and without separators. */
  readonly squeezed: readonly Needle[];
  /** Words of the secret, such as `password`, that alone are no secret yet. */
  readonly words: readonly string[];
  /** Secret also when only beginning or end is there, beside a mask: `abc…wxyz`. */
  readonly masked: readonly string[];
}

const shortestMasked = 16;
/** Grams in characters of each alphabet: each stands for five to eight bytes of the secret, so that chance finds none. */
const grams = {
  text: 8,
  base64: 10,
  hex: 12,
  base32: 12,
  decimals: 14,
  octals: 14,
  bits: 40,
  x: 18,
  u: 30,
  digest: 12,
};
const digestBeginning = 10;

/** The spellings that the normal forms do not already make equal. Pure. */
export function secretForms(secret: string): SecretForms {
  const texts = isAddress(secret) ? secretParts(secret) : [secret];
  const spellings = texts.flatMap(inOtherLetters);
  const bytes = texts.flatMap((text) => bytesOf(text));
  const derived = [
    ...spellings
      .flatMap((text) => [text, reversed(text), wide(text), rotated(text)])
      .map((text) => needle(text, grams.text)),
    ...bytes.flatMap(asBytes),
    ...texts
      .flatMap((text) => base64Forms(Buffer.from(base64Forms(Buffer.from(text))[0] ?? "")))
      .map((text) => needle(text, grams.base64)),
    ...[...new Set([secret, secret.trim()])].flatMap((text) => digestsOf(text, algorithms)),
    ...asHashed(secret.trim()).flatMap((text) => digestsOf(text, commonAlgorithms)),
  ];
  return {
    folded: spellings.map((text) => ({ units: folded({ text }).units, gram: grams.text })),
    squeezed: derived.filter(({ units, gram }) => units.length >= gram),
    words: secret.split(/[^A-Za-z]+/).filter((word) => isPlainWord(word) && word !== secret),
    masked: secret.length < shortestMasked || isAddress(secret) ? [] : [secret],
  };
}

/** Short enough, and of one case, as words are written: `password`, and not `canaryKEY`. */
const isPlainWord = (word: string): boolean => /^(?:[a-z]{8,11}|[A-Z]{8,11})$/.test(word);

const needle = (text: string, gram: number): Needle => ({ units: squeezed(folded({ text })).units, gram });

/** Composed, decomposed, and read as what it is not. */
function inOtherLetters(secret: string): string[] {
  const misread = [Buffer.from(secret).toString("latin1"), secret.replace(/[\u0080-\uffff]/g, "\ufffd")];
  return [...new Set([secret, secret.normalize("NFC"), secret.normalize("NFD"), ...misread])];
}

/** UTF-16 that was read byte by byte; its zero bytes fall away with the separators. */
const wide = (text: string): string => Buffer.from(text, "utf16le").toString("latin1");

const rotated = (text: string): string =>
  text.replace(/[a-z]/gi, (it) => String.fromCharCode(it.charCodeAt(0) + (it.toLowerCase() < "n" ? 13 : -13)));

const reversed = (text: string): string => Array.from(text).toReversed().join("");

function bytesOf(text: string): Buffer[] {
  const utf16 = Buffer.from(text, "utf16le");
  return [Buffer.from(text), utf16, Buffer.from(utf16).swap16()];
}

/** Bytes as programs print them. Separators fall away in the text that is searched, so each needs one spelling only. */
function asBytes(bytes: Buffer): Needle[] {
  const each = (write: (byte: number) => string): string => [...bytes].map(write).join("");
  const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
  return [
    needle(each(hex), grams.hex),
    needle(
      each((byte) => `x${hex(byte)}`),
      grams.x,
    ),
    needle(
      each((byte) => `0x${hex(byte)}`),
      grams.x,
    ),
    needle(
      each((byte) => `u00${hex(byte)}`),
      grams.u,
    ),
    needle(each(String), grams.decimals),
    ...[0, 3].map((width) =>
      needle(
        each((byte) => byte.toString(8).padStart(width, "0")),
        grams.octals,
      ),
    ),
    ...[0, 7, 8].map((width) =>
      needle(
        each((byte) => byte.toString(2).padStart(width, "0")),
        grams.bits,
      ),
    ),
    needle(
      each((byte) => String(byte).padStart(3, "0")),
      grams.decimals + 3,
    ),
    ...base64Forms(bytes).map((text) => needle(text, grams.base64)),
    ...base32Forms(bytes).map((text) => needle(text, grams.base32)),
    ...numberAlphabets.map((alphabet) => needle(asNumber(bytes, alphabet), grams.base64)),
    ...base85Forms(bytes).map((text) => needle(text, grams.base64)),
  ];
}

/** On its own and inside something longer, where the characters depend on what stands before. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const own = before === 0 ? 0 : before + 1;
    return text.slice(own, (before + bytes.length) % 3 === 0 ? undefined : -1);
  });
}

/** RFC 4648, its extended hex alphabet, Crockford's and z-base-32. */
const base32Alphabets = [
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  "0123456789ABCDEFGHIJKLMNOPQRSTUV",
  "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
  "ybndrfg8ejkmcpqxot1uwisza345h769",
];

/** On its own and inside something longer. */
function base32Forms(bytes: Buffer): string[] {
  return [0, 1, 2, 3, 4].flatMap((before) => {
    const bits = [...Buffer.alloc(before), ...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const own = (bits.match(/.{5}/g) ?? []).slice(Math.ceil((before * 8) / 5)).map((five) => Number.parseInt(five, 2));
    return base32Alphabets.map((alphabet) => own.map((value) => alphabet.charAt(value)).join(""));
  });
}

const digits = "0123456789";
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const small = capitals.toLowerCase();
/** Base 10, 36, 62 in both orders, and Bitcoin's 58. */
const numberAlphabets = [
  digits,
  digits + small,
  digits + capitals + small,
  digits + small + capitals,
  (digits + capitals + small).replace(/[0IOl]/g, ""),
];

/** The bytes as one number. */
function asNumber(bytes: Buffer, alphabet: string): string {
  let rest = BigInt(`0x0${bytes.toString("hex")}`);
  const base = BigInt(alphabet.length);
  let text = "";
  for (; rest > 0n; rest /= base) text = alphabet.charAt(Number(rest % base)) + text;
  return text;
}

/** Adobe's, ZeroMQ's and that of RFC 1924. */
const base85Alphabets = [
  String.fromCharCode(...Array.from({ length: 85 }, (_, at) => 33 + at)),
  `${digits}${small}${capitals}.-:+=^!/*?&<>()[]{}@%$#`,
  `${digits}${capitals}${small}!#$%&()*+-;<=>?@^_\`{|}~`,
];

function base85Forms(bytes: Buffer): string[] {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return base85Alphabets.map((alphabet) => {
    const groups = Array.from({ length: padded.length / 4 }, (_, group) => {
      const value = padded.readUInt32BE(group * 4);
      return [4, 3, 2, 1, 0].map((power) => alphabet.charAt(Math.floor(value / 85 ** power) % 85)).join("");
    });
    return groups.join("");
  });
}

const algorithms = getHashes().filter((name) =>
  /^(?:md5|sha1|sha(?:224|256|384|512)|sha512-(?:224|256)|sha3-\d+|ripemd160|blake2[bs]\d+|sm3)$/i.test(name),
);

const commonAlgorithms = algorithms.filter((name) => /^(?:md5|sha1|sha256|sha512)$/i.test(name));

/** What else of a key may be hashed: the header with it, a line, a file. */
function asHashed(secret: string): string[] {
  const base64 = Buffer.from(secret).toString("base64");
  return [`Bearer ${secret}`, `${secret}\n`, base64, secret.toLowerCase(), secret.toUpperCase()].filter(
    (text) => text !== secret,
  );
}

/** Gateways name a key by its hash: any piece of one, or its beginning. */
function digestsOf(secret: string, by: readonly string[]): Needle[] {
  return by.flatMap((algorithm) => {
    const digest = createHash(algorithm).update(secret).digest();
    const [hex, base64] = [digest.toString("hex"), digest.toString("base64").replace(/=+$/, "")];
    return [
      needle(hex, grams.digest),
      needle(hex.slice(0, digestBeginning), digestBeginning),
      needle(base64, grams.base64),
    ];
  });
}

/** Of an address, only what is not known to everybody is secret: `https://` begins them all. */
function isAddress(secret: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(secret);
}

const shortestPart = 12;

/** Parts of path, query and user info that are long enough, and all that is not a plain word together. */
function secretParts(address: string): string[] {
  const behindScheme = address.replace(/^[^/]*:\/\//, "");
  const parts = behindScheme.split(/[/?&=@:]/).filter((part) => part !== "" && !/^[\w-]+(?:\.[\w-]+)+$/.test(part));
  const together = parts.filter((part) => /[^a-z]/.test(part) && part.length >= 4).join("");
  return [
    ...parts.filter((part) => part.length >= shortestPart),
    ...(together.length >= shortestPart ? [together] : []),
  ];
}
