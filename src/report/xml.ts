/** Anything XML 1.0 has no place for, not even escaped (§2.2): control characters, lone surrogates, U+FFFE, U+FFFF. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Character data: line breaks stay, everything with a meaning is escaped. */
export function xmlText(text: string): string {
  return text.replaceAll(forbidden, "\uFFFD").replaceAll(/[&<>\r]/g, (character) => entities[character] ?? character);
}

/** ` name="value"` for each, in order; undefined leaves one out. */
export function xmlAttributes(attributes: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlAttribute(String(value))}"`)
    .join("");
}

function xmlAttribute(value: string): string {
  return value
    .replaceAll(forbidden, "\uFFFD")
    .replaceAll(/[&<>"\t\n\r]/g, (character) => entities[character] ?? character);
}
