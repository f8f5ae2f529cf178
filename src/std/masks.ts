/** What stands where something was taken away. */
export const mark = "[redacted]";

const masks = /\*{2,}|•{2,}|\.{3,}|…|x{4,}|X{4,}|#{3,}|_{4,}|-{4,}/g;
const longestShown = 16;
const fewestBefore = 3;
const fewestBehind = 4;

/** Removes masks that have at least three characters of a secret's beginning before them, or four of its end behind. */
export function masksFinder(secrets: readonly string[]): (text: string) => string {
  return (text) => {
    let clean = "";
    let from = 0;
    for (const { 0: masked, index } of text.matchAll(masks)) {
      const before = text.slice(Math.max(from, index - longestShown), index);
      const behind = text.slice(index + masked.length, index + masked.length + longestShown);
      for (const secret of secrets) {
        const head = longest((length) => before.endsWith(secret.slice(0, length)));
        const tail = longest((length) => behind.startsWith(secret.slice(-length)));
        if (index < from || (head < fewestBefore && tail < fewestBehind)) continue;
        clean += text.slice(from, index - (head < fewestBefore ? 0 : head)) + mark;
        from = index + masked.length + tail;
      }
    }
    return clean + text.slice(from);
  };
}

function longest(fits: (length: number) => boolean): number {
  for (let length = longestShown; length > 0; length -= 1) if (fits(length)) return length;
  return 0;
}
