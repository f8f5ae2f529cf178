import { encodedTokens } from "./encoded-tokens.ts";
import { gramFinder, type Range, shortestGram } from "./gram-finder.ts";
import { madeOfNames } from "./made-of-names.ts";
import { mark, masksFinder } from "./masks.ts";
import { folded, squeezed, squeezedUnits } from "./normal-form.ts";
import { secretForms } from "./secret-forms.ts";
import { endIn, type SourceText, startIn } from "./source-text.ts";
import { unescaped } from "./unescape.ts";

/** Replaces what must not be seen in a text. */
export type Redactor = (text: string) => string;

/** Shapes of keys that are recognised without being known. A group is kept. */
const tokenPatterns = [
  /\b(?:sk|pk|rk|gsk|xai|hf|nvapi|whsec|whsk|gh[pousr]|xox[abeoprs])[-_][A-Za-z0-9_+/=-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}/g,
  /\b(?:sk|pk|rk|gsk|xai)[-_][A-Za-z0-9_-]{0,16}(?:\*{2,}|\.{3,}|…|•{2,})[A-Za-z0-9_-]{0,8}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\bBasic\s+[A-Za-z0-9+/_-]{8,}={0,2}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/g,
  /([?&](?:key|api[-_]?key|token|access[-_]token|sig|signature|secret)=)[^&\s"'<>]+/gi,
  /(\b(?:x-api-key|api[-_]key|proxy-authorization|set-cookie)["']?\s*[:=]\s*["']?)[^\s"',;]{6,}/gi,
  /\/\/[^/\s:@]+:[^/\s@]+@/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Whether something like a key is in a text. */
export function looksLikeKey(text: string): boolean {
  return tokenPatterns.some((pattern) => text.search(pattern) !== -1);
}

const shortestSecret = 6;
const mostUnescapings = 6;
/** An encoding within an encoding within an encoding. */
const mostDecodings = 3;
/** Names, reasons and shapes come again with every run: those with nothing to hide are not looked through each time. */
const mostKept = 2_000;
const longestKept = 4_000;
/** Of all together. */
const mostKeptLength = 1_000_000;

/**
 * Removes the given secrets by what they give away, not by a list of spellings: any eight characters of one in a row,
 * whatever case, separators or escapes they are written with, and the same of their bytes in the usual encodings and
 * of their hashes. Also anything that looks like a key. Secrets shorter than 6 characters are left alone: they would
 * blank ordinary words; those shorter than 8 are found whole only. `names` are what the configuration calls things:
 * such a word stays, although it looks like a key.
 */
export function createRedactor(secrets: readonly string[], names: readonly string[] = []): Redactor {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
  const isName = madeOfNames(names);
  let withoutKnown: Redactor | undefined;
  const kept = new Set<string>();
  let keptLength = 0;
  return (text) => {
    if (text.length < shortestSecret || kept.has(text)) return text;
    // Finders are large: a program that writes nothing makes none.
    withoutKnown ??= knownRedactor(known);
    let clean = withoutKnown(text);
    for (const pattern of tokenPatterns) {
      clean = clean.replace(pattern, (match, kept: unknown) =>
        typeof kept === "string" ? `${kept}${mark}` : isName(match) ? match : mark,
      );
    }
    if (clean === text && text.length <= longestKept) {
      if (kept.size >= mostKept || keptLength > mostKeptLength) {
        kept.clear();
        keptLength = 0;
      }
      kept.add(text);
      keptLength += text.length;
    }
    return clean;
  };
}

function knownRedactor(known: readonly string[]): Redactor {
  if (known.length === 0) return (text) => text;
  const forms = known.map(secretForms);
  const inFolded = gramFinder(forms.flatMap((it) => it.folded));
  const inSqueezed = gramFinder(forms.flatMap((it) => it.squeezed));
  const words = new Set(forms.flatMap((it) => it.words));
  const short = known.filter((secret) => secret.length < shortestGram);
  const withoutMasks = masksFinder(forms.flatMap((it) => it.masked));
  const find = (source: SourceText): Range[] => {
    const form = folded(source);
    const found = inFolded(form.units).map((range) => inSource(range, form));
    const inDense = inSqueezed(squeezedUnits(form));
    if (inDense.length === 0) return found;
    const dense = squeezed(form);
    return [...found, ...inDense.map((range) => inSource(range, dense))];
  };
  const findAll = (text: string, decodings: number): Range[] => {
    const ranges: Range[] = [];
    let source: SourceText | undefined = { text };
    for (let level = 0; source !== undefined && level <= mostUnescapings; level += 1) {
      ranges.push(...find(source));
      if (decodings < mostDecodings) {
        for (const token of encodedTokens(source.text))
          if (findAll(token.says, decodings + 1).length > 0) ranges.push(inSource(token, source));
      }
      source = unescaped(source);
    }
    return ranges;
  };
  return (text) => {
    let clean = without(text, findAll(text, 0), words);
    for (const secret of short) clean = clean.replaceAll(secret, mark);
    return withoutMasks(clean);
  };
}

function inSource({ start, end }: Range, places: Parameters<typeof startIn>[0]): Range {
  return { start: startIn(places, start), end: endIn(places, end - 1) };
}

function without(text: string, ranges: readonly Range[], words: ReadonlySet<string>): string {
  if (ranges.length === 0) return text;
  let clean = "";
  let from = 0;
  for (const { start, end } of merged(ranges)) {
    if (words.has(text.slice(start, end))) continue;
    clean += text.slice(from, start) + mark;
    from = end;
  }
  return clean + text.slice(from);
}

function merged(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && range.start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else joined.push(range);
  }
  return joined;
}
