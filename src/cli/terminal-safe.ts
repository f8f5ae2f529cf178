/** Everything that a terminal would obey or hide: controls, bidirectional and invisible characters, separators, tags. */
const unsafe = /(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** What follows the escape character in the colours of reports; see styles in src/report/terminal-text.ts. */
const colourEnd = /^\[(?:0|1|2|22|31|32|33|39)m/;
const escape = "\u001B";

/**
 * What every text printed by a command passes last, whoever wrote it. Unsafe characters become visible as `\u001b`, which
 * means the same inside JSON, so that programs read what was sent. Colours pass only when they are wanted.
 */
export function terminalSafe(text: string, colour: boolean): string {
  return text.replace(unsafe, (character, offset: number) => {
    if (colour && character === escape && colourEnd.test(text.slice(offset + 1, offset + 5))) return character;
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
