/** Letters that look like Latin ones, in small letters: Cyrillic, Greek, small capitals and others. */
const lookAlikes = new Map(
  Object.entries({
    a: "аαɑᴀ",
    b: "вβьʙ",
    c: "сᴄ",
    d: "ԁᴅ",
    e: "еεᴇ",
    f: "ꜰ",
    g: "ɡɢ",
    h: "нηһʜ",
    i: "іιıɪ",
    j: "јȷᴊ",
    k: "кκᴋ",
    l: "ӏʟ",
    m: "мμᴍ",
    n: "νɴ",
    o: "оοᴏ",
    p: "рρᴘ",
    q: "ԛǫ",
    r: "ʀ",
    s: "ѕꜱ",
    t: "тτᴛ",
    u: "ᴜ",
    v: "ᴠ",
    w: "ԝωᴡ",
    x: "хχ",
    y: "уυʏ",
    z: "ζᴢ",
  }).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
);

const known = new Map<number, string>();
/** Texts of strangers decide what is remembered. */
const mostKnown = 20_000;

/**
 * How a character is compared: in small letters, its marks apart; a digit of any script as 0–9, a letter in a circle, in
 * bold, full-width or of another alphabet as the one that it looks like. Empty for what is neither a letter nor a digit
 * and beyond U+FFFF.
 */
export function comparable(codePoint: number): string {
  const before = known.get(codePoint);
  if (before !== undefined) return before;
  const result = reduced(codePoint);
  if (known.size < mostKnown) known.set(codePoint, result);
  return result;
}

function reduced(codePoint: number): string {
  if (codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff) return String.fromCharCode(codePoint - 0x1f1e6 + 97);
  if (codePoint > 0xe0020 && codePoint < 0xe007f) return String.fromCharCode(codePoint - 0xe0000).toLowerCase();
  const parts = Array.from(String.fromCodePoint(codePoint).normalize("NFKD").toLowerCase());
  return parts.map((part) => lookAlikes.get(part) ?? digitOf(part) ?? inBounds(part)).join("");
}

/** Digits of a script stand in a row of ten, which begins at a multiple of ten or where the row before ends. */
function digitOf(character: string): string | undefined {
  if (!/\p{Nd}/u.test(character)) return undefined;
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (before < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before += 1;
  return String(before);
}

function inBounds(character: string): string {
  return character.length === 1 || /[\p{L}\p{N}]/u.test(character) ? character : "";
}
