/** What stands where something was taken away. */
export const mark = "[redacted]";

const masks = /\*{2,}|[•●∙·▪■█]{2,}|\.{3,}|…|x{4,}|X{4,}|#{3,}|_{4,}|-{4,}|~{3,}/g;
/** What also stands in prose: single signs, words in brackets. Both ends must be there beside one. */
const weakMasks = /[[({<][^[({<\s\])}>]{1,24}[\])}>]|[*•●·#~_-]|x{2,3}|X{2,3}|\.\./g;
const longestShown = 16;
const fewestBefore = 3;
const fewestBehind = 4;

interface Shown {
  readonly head: number;
  readonly tail: number;
}

const gives = ({ head, tail }: Shown): boolean => head >= fewestBefore || tail >= fewestBehind;
const givesBoth = ({ head, tail }: Shown): boolean => head >= fewestBehind && tail >= fewestBehind;

/**
 * Removes masks that have at least three characters of a secret's beginning before them, or four of its end behind;
 * of anything else between, such as `abcd-wxyz`, it wants four of each.
 */
export function masksFinder(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    const shown = secrets.filter(
      (it) => text.includes(it.slice(0, fewestBehind)) && text.includes(it.slice(-fewestBehind)),
    );
    const clean = withoutMasks(text, masks, secrets, gives);
    return shown.length === 0 ? clean : withoutMasks(clean, weakMasks, shown, givesBoth);
  };
}

function withoutMasks(
  text: string,
  pattern: RegExp,
  secrets: readonly string[],
  isEnough: (shown: Shown) => boolean,
): string {
  let clean = "";
  let from = 0;
  for (const { 0: masked, index } of text.matchAll(pattern)) {
    const before = text.slice(Math.max(from, index - longestShown), index);
    const behind = text.slice(index + masked.length, index + masked.length + longestShown);
    for (const secret of secrets) {
      const head = longest((length) => before.endsWith(secret.slice(0, length)));
      const tail = longest((length) => behind.startsWith(secret.slice(-length)));
      if (index < from || !isEnough({ head, tail })) continue;
      clean += text.slice(from, index - (head < fewestBefore ? 0 : head)) + mark;
      from = index + masked.length + tail;
    }
  }
  return clean + text.slice(from);
}

function longest(fits: (length: number) => boolean): number {
  for (let length = longestShown; length > 0; length -= 1) if (fits(length)) return length;
  return 0;
}
