/** A text made comparable: UTF-16 units in small letters, and where they stood. */
export interface NormalForm {
  readonly units: Uint16Array;
  /** Where each unit began in the text that was given first; undefined: where it is. */
  readonly from?: Uint32Array | undefined;
  /** Where each unit ended; undefined: one behind where it began. */
  readonly to?: Uint32Array | undefined;
  /** The units as text, where somebody has it already. */
  readonly text?: string | undefined;
}

/** Where a unit began in the text that was given first. */
export const startIn = ({ from }: NormalForm, at: number): number => from?.[at] ?? at;
/** Where a unit ended there. */
export const endIn = (form: NormalForm, at: number): number => form.to?.[at] ?? startIn(form, at) + 1;

/** In small letters, nothing left out. */
export function folded(text: string): NormalForm {
  const units = new Uint16Array(text.length);
  if (isAscii.test(text)) {
    const small = text.toLowerCase();
    for (let at = 0; at < small.length; at += 1) units[at] = small.charCodeAt(at);
    return { units, text: small };
  }
  for (let at = 0; at < text.length; at += 1) units[at] = smallLetter(text.charCodeAt(at));
  return { units };
}

const isAscii = /^[\x00-\x7f]*$/;

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

/** Without anything that only separates: hex with colons, digits in groups, UTF-16 with its zero bytes. */
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
  return { units: kept.subarray(0, length), from, to };
}

/** Letters, marks and digits of any alphabet, and U+FFFD, which stands for what could not be read. No spaces or joiners. */
function isSignificant(unit: number): boolean {
  if (unit < 0x80) return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57);
  return (
    unit > 0xbf &&
    (unit < 0x2000 || unit > 0x206f) &&
    unit !== 0x3000 &&
    unit !== 0xfeff &&
    (unit < 0xfe00 || unit > 0xfe0f)
  );
}

const asciiSmall = Uint8Array.from({ length: 0x80 }, (_, unit) => (unit >= 65 && unit <= 90 ? unit + 32 : unit));

function smallLetter(unit: number): number {
  if (unit < 0x80) return asciiSmall[unit] ?? 0;
  const small = String.fromCharCode(unit).toLowerCase();
  return small.length === 1 ? small.charCodeAt(0) : unit;
}

/** The same text, from its units. */
export function textOf({ units, text: known }: NormalForm): string {
  if (known !== undefined) return known;
  let text = "";
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.subarray(at, at + 4096));
  return text;
}

const escapes =
  /%([0-9a-f]{2})|=([0-9a-f]{2})|\\{1,4}u\{?([0-9a-f]{1,6})\}?|\\{1,4}x([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});|&(amp|lt|gt|quot|apos);|\\{1,4}(["\\/])/g;
const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The text with its escapes of URLs, quoted-printable, JSON, JavaScript and HTML undone once; undefined when it has
 * none. A byte above 127 becomes one character: UTF-8 in escapes is compared as Latin-1.
 */
export function unescaped(form: NormalForm): NormalForm | undefined {
  if (![37, 38, 61, 92].some((unit) => form.units.includes(unit))) return undefined;
  // What an escape means is never longer than the escape.
  const most = form.units.length;
  const units = new Uint16Array(most);
  const from = new Uint32Array(most);
  const to = new Uint32Array(most);
  let length = 0;
  let next = 0;
  const put = (unit: number, start: number, end: number): void => {
    units[length] = unit;
    from[length] = start;
    to[length] = end;
    length += 1;
  };
  const keep = (upTo: number): void => {
    for (; next < upTo; next += 1) put(form.units[next] ?? 0, startIn(form, next), endIn(form, next));
  };
  for (const match of textOf(form).matchAll(escapes)) {
    const meaning = meaningOf(match);
    if (meaning === undefined) continue;
    keep(match.index);
    next = match.index + match[0].length;
    const [start, end] = [startIn(form, match.index), endIn(form, next - 1)];
    for (let at = 0; at < meaning.length; at += 1) put(smallLetter(meaning.charCodeAt(at)), start, end);
  }
  if (next === 0) return undefined;
  keep(most);
  return { units: units.subarray(0, length), from: from.subarray(0, length), to: to.subarray(0, length) };
}

function meaningOf([, percent, quoted, unicode, byte, hexEntity, entity, name, plain]: RegExpMatchArray):
  | string
  | undefined {
  if (plain !== undefined) return plain;
  if (name !== undefined) return named[name];
  const hex = percent ?? quoted ?? unicode ?? byte ?? hexEntity;
  const code = hex === undefined ? Number(entity) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
