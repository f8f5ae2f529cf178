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
