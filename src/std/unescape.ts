import { replaced, type SourceText } from "./source-text.ts";

const escapes = new RegExp(
  [
    "%(?:u[0-9a-f]{4}|[0-9a-f]{2})",
    "=(?:[0-9a-f]{2}|\\r?\\n)",
    '\\\\{1,8}(?:u(?:0{4}(?=[0-9a-f]{4}))?[0-9a-f]{4}|[ux]\\{[0-9a-f]{1,6}\\}|x[0-9a-f]{2}|0{2,4}[0-9a-f]{2}|[0-7]{2,3}|["\\\\/])',
    "&(?:#x?[0-9a-f]{1,20};?|[a-z]{2,12};)",
    "\\+[a-z0-9+/]{3}-",
    "<[/!a-z][^<>]{0,60}>",
    "\\u001b\\[[0-9;]{0,16}[a-z]",
  ].join("|"),
  "gi",
);
const begun = new RegExp(["[%=\\\\&+<", "\\u001b]"].join(""));
/** What numbers in other bases are marked with. */
const marked = /\b(?:0[xbo]|u\+)(?=[0-9a-f])|\b[0-9a-f]{2}h\b/gi;

/**
 * The text with its escapes of URLs, quoted-printable, JSON, JavaScript, C, CSS and HTML undone once, and without
 * markup; undefined when it has none. A byte above 127 becomes one character: UTF-8 in escapes is compared as Latin-1.
 */
export function unescaped(source: SourceText): SourceText | undefined {
  const plain = begun.test(source.text) ? replaced(source, escapes, meaningOf) : undefined;
  const { text } = plain ?? source;
  if (!/0[xbo]|u\+|\dh/i.test(text)) return plain;
  return replaced(plain ?? source, marked, (it) => (it.endsWith("h") ? fromHex(it.slice(0, -1)) : "")) ?? plain;
}

const named: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};

function meaningOf(escape: string): string | undefined {
  switch (escape.charAt(0)) {
    case "%":
      return fromHex(escape.slice(/^%u/i.test(escape) ? 2 : 1));
    case "=":
      return escape.endsWith("\n") ? "" : fromHex(escape.slice(1));
    case "\\":
      return fromBackslash(escape.replace(/^\\+(?=.)/, ""));
    case "&":
      // Names that are not known stand for signs, which say nothing of a key.
      return escape.charAt(1) === "#" ? fromEntity(escape.slice(2)) : (named[escape.toLowerCase()] ?? " ");
    case "+":
      return Buffer.from(escape.slice(1, -1), "base64").swap16().toString("utf16le");
    default:
      return "";
  }
}

function fromBackslash(rest: string): string | undefined {
  if (/^["\\/]/.test(rest)) return rest;
  if (/^[ux]/i.test(rest)) return fromHex(rest.slice(1).replace(/[{}]/g, ""));
  return /^0{2}/.test(rest) ? fromHex(rest) : characterOf(Number.parseInt(rest, 8));
}

function fromEntity(digits: string): string | undefined {
  return /^x/i.test(digits) ? fromHex(digits.slice(1)) : characterOf(Number.parseInt(digits, 10));
}

const fromHex = (digits: string): string | undefined => characterOf(Number.parseInt(digits, 16));

function characterOf(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
