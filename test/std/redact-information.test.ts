import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../src/std/redact.ts";
import { oddSecrets } from "./secret-spellings.ts";

type Encode = (secret: string) => string;
const bytesOf = (secret: string): number[] => [...Buffer.from(secret)];
const hex = (byte: number): string => byte.toString(16).padStart(2, "0");
const rfc4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base32: Encode = (secret) =>
  (
    bytesOf(secret)
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join("")
      .match(/.{1,5}/g) ?? []
  )
    .map((bits) => rfc4648.charAt(Number.parseInt(bits.padEnd(5, "0"), 2)))
    .join("");

/** Ways to write bytes that no list in the program names one by one. */
const encodings: Readonly<Record<string, Encode>> = {
  "a piece from its inside": (secret) => secret.slice(4, 13),
  "decimal bytes, as a list": (secret) => JSON.stringify(bytesOf(secret)),
  "decimal bytes, by spaces": (secret) => bytesOf(secret).join(" "),
  "bytes as Node prints a buffer": (secret) => `<Buffer ${bytesOf(secret).map(hex).join(" ")}>`,
  "hex by colons": (secret) => bytesOf(secret).map(hex).join(":"),
  "hex by dashes, capitals": (secret) => bytesOf(secret).map(hex).join("-").toUpperCase(),
  "hex with 0x": (secret) =>
    bytesOf(secret)
      .map((byte) => `0x${hex(byte)}`)
      .join(", "),
  "escapes of Python and C": (secret) =>
    bytesOf(secret)
      .map((byte) => `\\x${hex(byte)}`)
      .join(""),
  "octal escapes": (secret) =>
    bytesOf(secret)
      .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
      .join(""),
  bits: (secret) =>
    bytesOf(secret)
      .map((byte) => byte.toString(2).padStart(8, "0"))
      .join(" "),
  "percent of every byte": (secret) =>
    bytesOf(secret)
      .map((byte) => `%${hex(byte)}`)
      .join(""),
  "percent of every byte, twice": (secret) =>
    bytesOf(secret)
      .map((byte) => `%25${hex(byte)}`)
      .join(""),
  "quoted-printable of every byte": (secret) =>
    bytesOf(secret)
      .map((byte) => `=${hex(byte).toUpperCase()}`)
      .join(""),
  "entities of every character": (secret) =>
    bytesOf(secret)
      .map((byte) => `&#${byte};`)
      .join(""),
  "UTF-16 as text": (secret) => Buffer.from(secret, "utf16le").toString("latin1"),
  "UTF-16 in hex": (secret) => Buffer.from(secret, "utf16le").toString("hex"),
  "UTF-16 in base64": (secret) => Buffer.from(secret, "utf16le").toString("base64"),
  base32: base32,
  "base32 inside something longer": (secret) => base32(`user:${secret}`),
  "base64 inside something longer": (secret) => Buffer.from(`{"k":"${secret}"}`).toString("base64"),
  "base64 in lines": (secret) =>
    (
      Buffer.from(secret)
        .toString("base64")
        .match(/.{1,16}/g) ?? []
    ).join("\n"),
  "groups of four": (secret) => (secret.match(/.{1,4}/gs) ?? []).join(" "),
  "groups of three by dashes": (secret) => (secret.match(/.{1,3}/gs) ?? []).join("-"),
  "each character quoted": (secret) => JSON.stringify(secret.split("")),
  "zero-width characters between": (secret) => secret.split("").join("\u200b"),
  backwards: (secret) => Array.from(secret).toReversed().join(""),
  "every second letter a capital": (secret) =>
    secret.replace(/../gs, (two) => two.charAt(0).toUpperCase() + two.charAt(1).toLowerCase()),
  "SHA-384": (secret) => createHash("sha384").update(secret).digest("hex"),
  "SHA-512/256 in base64": (secret) => createHash("sha512-256").update(secret).digest("base64"),
  "SHA3-256": (secret) => createHash("sha3-256").update(secret).digest("hex"),
  BLAKE2b: (secret) => createHash("blake2b512").update(secret).digest("hex"),
  "RIPEMD-160": (secret) => createHash("ripemd160").update(secret).digest("hex"),
  "SHA-256 by colons": (secret) => (createHash("sha256").update(secret).digest("hex").match(/../g) ?? []).join(":"),
  "the middle of its SHA-256": (secret) => createHash("sha256").update(secret).digest("hex").slice(20, 40),
};

const each = (secret: string, write: (character: string, code: number) => string): string =>
  Array.from(secret, (it) => write(it, it.codePointAt(0) ?? 0)).join("");
const shifted = (secret: string, capital: number, small: number, digit: number): string =>
  each(secret, (it, code) =>
    /[A-Z]/.test(it)
      ? String.fromCodePoint(capital + code - 65)
      : /[a-z]/.test(it)
        ? String.fromCodePoint(small + code - 97)
        : /\d/.test(it)
          ? String.fromCodePoint(digit + code - 48)
          : it,
  );
const nameOf: Readonly<Record<string, string>> = {
  ".": "period",
  "-": "hyphen",
  "/": "sol",
  "+": "plus",
  "=": "equals",
};

/** Letters of another look, what stands between them, and encodings around encodings. */
const disguises: Readonly<Record<string, Encode>> = {
  "full-width": (secret) => shifted(secret, 0xff21, 0xff41, 0xff10),
  "bold letters of mathematics": (secret) => shifted(secret, 0x1d400, 0x1d41a, 0x1d7ce),
  "digits of Devanagari": (secret) => shifted(secret, 65, 97, 0x966),
  "tag characters": (secret) => shifted(secret, 0xe0041, 0xe0061, 0xe0030),
  "Cyrillic look-alikes": (secret) => secret.replace(/[aceopxy]/g, (it) => "асеорху".charAt("aceopxy".indexOf(it))),
  "an accent on each letter": (secret) =>
    each(secret, (it) => (/[a-z]/i.test(it) ? `${it}\u0301`.normalize("NFC") : it)),
  "struck through": (secret) => each(secret, (it) => `${it}\u0336`),
  "blank letters between": (secret) => Array.from(secret).join("\u3164"),
  "arrows between": (secret) => Array.from(secret).join("→"),
  "birds between": (secret) => Array.from(secret).join("🐤"),
  "tags between": (secret) => each(secret, (it) => `<b>${it}</b>`),
  "colours of a terminal between": (secret) => each(secret, (it) => `\u001b[31m${it}`),
  "lines that quoted-printable breaks": (secret) => Array.from(secret).join("=\r\n"),
  "entities with zeros": (secret) =>
    bytesOf(secret)
      .map((it) => `&#${String(it).padStart(12, "0")};`)
      .join(""),
  "entities by name": (secret) => secret.replace(/[-./+=]/g, (it) => `&${nameOf[it]};`),
  "some characters escaped": (secret) =>
    each(secret, (it, code) => (code % 2 === 0 ? `\\u${code.toString(16).padStart(4, "0")}` : it)),
  "escapes of Python with eight digits": (secret) =>
    bytesOf(secret)
      .map((it) => `\\U000000${hex(it)}`)
      .join(""),
  "octal escapes without zeros": (secret) =>
    bytesOf(secret)
      .map((it) => `\\${it.toString(8)}`)
      .join(""),
  "octal numbers": (secret) =>
    bytesOf(secret)
      .map((it) => `0o${it.toString(8)}`)
      .join(", "),
  "hex as assemblers write it": (secret) =>
    bytesOf(secret)
      .map((it) => `${hex(it)}h`)
      .join(" "),
  "bits of different length": (secret) =>
    bytesOf(secret)
      .map((it) => `0b${it.toString(2)}`)
      .join(","),
  "percent, five times": (secret) =>
    bytesOf(secret)
      .map((it) => `%25252525${hex(it)}`)
      .join(""),
  "UTF-7 of each": (secret) =>
    bytesOf(secret)
      .map((it) => `+${Buffer.from([0, it]).toString("base64").slice(0, 3)}-`)
      .join(""),
  "base64 three times": (secret) => [1, 2, 3].reduce((text) => Buffer.from(text).toString("base64"), secret),
  "base64 of hex": (secret) => Buffer.from(Buffer.from(secret).toString("hex")).toString("base64"),
  "base64 of capitals": (secret) => Buffer.from(secret.toUpperCase()).toString("base64"),
  "hex of base64": (secret) => Buffer.from(Buffer.from(secret).toString("base64")).toString("hex"),
  "hex backwards": (secret) => Buffer.from(secret).toString("hex").split("").toReversed().join(""),
  "base64 backwards": (secret) => Buffer.from(secret).toString("base64").split("").toReversed().join(""),
  base36: (secret) => BigInt(`0x${Buffer.from(secret).toString("hex")}`).toString(36),
  "one number": (secret) => BigInt(`0x${Buffer.from(secret).toString("hex")}`).toString(),
  "MD5 of the header": (secret) => createHash("md5").update(`Bearer ${secret}`).digest("hex"),
  "SHA-256 of a line": (secret) => createHash("sha256").update(`${secret}\n`).digest("hex"),
};

/** What these are for: keys as providers make them. */
const key = "canaryKEY.3f9a1c77d2/Qz+9";

test.each(Object.entries(disguises))("a key as %s", (_name, disguise) => {
  const written = disguise(key);
  const clean = createRedactor([key])(`before ${written} after`);
  expect(clean).toContain("[redacted]");
  expect(left(clean) - "beforeafter".length, clean).toBeLessThan(12);
});

test.each(["[...]", "<hidden>", "●●●", "xxx", "*", "-", "~~~"])("both ends of a key beside %s", (mask) => {
  expect(createRedactor([key])(`key canary${mask}2/Qz+9 is wrong`)).toBe("key [redacted] is wrong");
});

/** How much of the text still stands beside the marks. */
const left = (clean: string): number => clean.replaceAll(/\[redacted\]|[^\p{L}\p{N}]/gu, "").length;

describe.each(Object.entries(oddSecrets))("a secret of %s", (_name, secret) => {
  const redact = createRedactor([secret]);

  test.each(Object.entries(encodings))("%s", (_encoding, encode) => {
    const written = encode(secret);
    const clean = redact(written);
    expect(clean, written).toContain("[redacted]");
    // What an encoding adds of its own, and the ends that belong to bytes which are not the secret's, may stay.
    expect(left(clean)).toBeLessThan(24);
  });
});

test("any piece of eight characters is found in any of these, whatever stands around", () => {
  const secrets = fc.string({
    minLength: 20,
    maxLength: 60,
    unit: fc.constantFrom(...Array.from("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.")),
  });
  const escapes = fc.constantFrom<Encode>(
    (piece) => piece,
    encodeURIComponent,
    (piece) => JSON.stringify(JSON.stringify(piece)),
    (piece) => piece.toUpperCase(),
    (piece) => (piece.match(/.{1,2}/g) ?? []).join(":"),
  );
  fc.assert(
    fc.property(secrets, fc.nat(30), escapes, fc.lorem(), (secret, from, escape, words) => {
      const piece = secret.slice(from, from + 12);
      fc.pre(piece.replaceAll(/[-_.]/g, "").length >= 8 && /[^a-z]/i.test(piece));
      const clean = createRedactor([secret])(`${words} (${escape(piece)}) ${words}`);
      expect(clean.toLowerCase().replaceAll(/[^a-z0-9]/g, "")).not.toContain(
        piece
          .toLowerCase()
          .replaceAll(/[^a-z0-9]/g, "")
          .slice(0, 8),
      );
    }),
  );
});

test("thirty keys blank nothing in the project's own documents", () => {
  const redact = createRedactor(Array.from({ length: 30 }, () => randomBytes(24).toString("base64url")));
  for (const file of [
    "docs/operate.md",
    "docs/alerts.md",
    "package.json",
    "docs/reference/config.md",
    "bench/detection.md",
  ]) {
    const lines = readFileSync(file, "utf8").split("\n");
    const plain = createRedactor([]);
    expect(lines.filter((line) => redact(line) !== plain(line))).toEqual([]);
  }
});
