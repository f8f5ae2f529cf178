import { comparable } from "./look-alikes.ts";
import { endIn, type SourceText, startIn } from "./source-text.ts";

/** A text made comparable: UTF-16 units in small letters, and where they stood. */
export interface NormalForm {
  readonly units: Uint16Array;
  readonly from?: Uint32Array | undefined;
  readonly to?: Uint32Array | undefined;
}

/** In small letters, look-alikes as what they look like. */
export function folded(source: SourceText): NormalForm {
  const { text, from, to } = source;
  if (!isAscii.test(text)) return foldedFrom(source);
  const units = new Uint16Array(text.length);
  const small = text.toLowerCase();
  for (let at = 0; at < small.length; at += 1) units[at] = small.charCodeAt(at);
  return { units, from, to };
}

const isAscii = /^[^\u0080-\uffff]*$/;
const asciiSmall = Uint8Array.from({ length: 0x80 }, (_, unit) => (unit >= 65 && unit <= 90 ? unit + 32 : unit));

function foldedFrom(source: SourceText): NormalForm {
  const { text } = source;
  const units: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.codePointAt(at) ?? 0;
    const next = at + (code > 0xffff ? 2 : 1);
    const shown = code < 0x80 ? undefined : comparable(code);
    const length = shown?.length ?? 1;
    for (let part = 0; part < length; part += 1) {
      units.push(shown?.charCodeAt(part) ?? asciiSmall[code] ?? 0);
      from.push(startIn(source, at));
      to.push(endIn(source, next - 1));
    }
    at = next;
  }
  return { units: Uint16Array.from(units), from: Uint32Array.from(from), to: Uint32Array.from(to) };
}

/** The units that `squeezed` keeps: where they stood is worth knowing of few texts. */
export function squeezedUnits({ units }: NormalForm): Uint16Array {
  const kept = new Uint16Array(units.length);
  let length = 0;
  for (const unit of units) {
    if (!isSignificant(unit)) continue;
    kept[length] = unit;
    length += 1;
  }
  return kept.subarray(0, length);
}

/** Without anything that only separates, and without marks: hex with colons, digits in groups, UTF-16 with its zero bytes. */
export function squeezed(form: NormalForm): NormalForm {
  const { units } = form;
  const kept = new Uint16Array(units.length);
  const from = new Uint32Array(units.length);
  const to = form.to === undefined ? undefined : new Uint32Array(units.length);
  let length = 0;
  for (let at = 0; at < units.length; at += 1) {
    const unit = units[at] ?? 0;
    if (!isSignificant(unit)) continue;
    kept[length] = unit;
    from[length] = startIn(form, at);
    if (to !== undefined) to[length] = endIn(form, at);
    length += 1;
  }
  return { units: kept.subarray(0, length), from: from.subarray(0, length), to: to?.subarray(0, length) };
}

/** Letters and digits of any alphabet, and U+FFFD, which stands for what could not be read. */
function isSignificant(unit: number): boolean {
  if (unit < 0x80) return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57);
  const before = significance[unit] ?? 0;
  if (before !== 0) return before === 1;
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  const says = isSurrogate || unit === 0xfffd || (letter.test(String.fromCharCode(unit)) && !isFiller(unit));
  significance[unit] = says ? 1 : 2;
  return says;
}

const letter = /[\p{L}\p{N}]/u;
/** Letters of Hangul that are blank. */
const isFiller = (unit: number): boolean => unit === 0x115f || unit === 0x1160 || unit === 0x3164 || unit === 0xffa0;
/** 0: not asked yet, 1: significant, 2: not. */
const significance = new Uint8Array(0x10000);
