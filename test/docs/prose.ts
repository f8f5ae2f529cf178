/** What the style guide (docs/style.md) refuses, as far as a program can see it. Pure: text in, problems out. */

/** A phrase that readers stumble over, and what to write instead. */
interface Turn {
  readonly pattern: RegExp;
  readonly instead: string;
}

const turns: readonly Turn[] = [
  { pattern: /\b(?:tell|tells|told|telling)\b/i, instead: "notify (a person), report, show, log or distinguish" },
  { pattern: /\b(?:the|an|any|every) one that\b|^one that\b/i, instead: "the noun: name the thing" },
  { pattern: /\b(?:for|of) (?:a )?nothing\b/i, instead: "false positive, or empty" },
  { pattern: /\bby a mistake of its own\b/i, instead: "internal error" },
  { pattern: /\b(?:is|are|be|was|were) had\b/i, instead: "an active verb" },
  { pattern: /\b(?:come|comes|came) to\b(?! (?:mind|terms))/i, instead: "reaches, adds up to" },
  { pattern: /\b(?:is|are) over\b(?! \d)/i, instead: "is resolved, has ended" },
  { pattern: /\b(?:go|goes|went|gone|going) on\b/i, instead: "continue" },
  { pattern: /\banew\b/i, instead: "again" },
  {
    pattern: /\bof (?:its|their|your|our|his|her|my|one's) own\b/i,
    instead: "its own … (before the noun), or separate",
  },
  { pattern: /\ban own\b/i, instead: "its own, a separate" },
  { pattern: /\bwho(?:m)?ever\b/i, instead: "anyone who" },
  { pattern: /\b(?:take|takes|took|taken|taking) (?:it|them|this) on\b/i, instead: "acknowledge" },
  { pattern: /\b(?:hear|hears|heard) (?:of|that)\b/i, instead: "is notified, receives" },
  { pattern: /\bit is said\b|\bis said (?:to|of)\b|\bare said\b/i, instead: "reports, shows" },
  { pattern: /\b(?:stand|stands|stood) (?:in|below|beside|above|there)\b/i, instead: "is in, appears" },
  { pattern: /\b(?:lie|lies|lay) (?:behind|in|between|beside)\b/i, instead: "is in, is caused by" },
  { pattern: /\b(?:give|gives|gave|given) back\b/i, instead: "restore, return" },
  { pattern: /\bset going\b/i, instead: "restart, start" },
  { pattern: /\bended? (?:not )?well\b/i, instead: "shut down, succeed" },
  { pattern: /\bso (?:long|far|many|much) (?:as|more|for it)\b/i, instead: "as long as, that many" },
  { pattern: /\b(?:knows?|knew) of\b/i, instead: "knows, has recorded" },
  { pattern: /\bis what\b(?! the\b)/i, instead: "name the subject first" },
  { pattern: /\blooks? at: /i, instead: "likely cause" },
  { pattern: /\balso so\b/i, instead: "also affected" },
  { pattern: /\bcould not be (?:told|said)\b/i, instead: "delayed, unknown" },
  { pattern: /\bwhat has to do with\b/i, instead: "name the things" },
  { pattern: /\b(?:is|are|was|were) (?:taken|mistaken) for\b/i, instead: "counts as, is treated as" },
  { pattern: /\btakes? (?:\w+ ){1,4}for (?:normal|the baseline)/i, instead: "accept as normal" },
  { pattern: /\bput to rights?\b|\bputs? \w+ right\b/i, instead: "repair" },
  { pattern: /\b(?:nobody|none|it|that) does not\b.*\bnothing\b/i, instead: "one negation" },
  { pattern: /\bby itself\b.*\bby itself\b/i, instead: "automatically, once" },
  { pattern: /\bthose that (?:are|were) (?:there|gone)\b/i, instead: "existing, removed" },
  { pattern: /\bpages? (?:was|is) for\b/i, instead: "false positive" },
];

/** Aim for 20 (docs/style.md); beyond this many words a sentence is refused. */
export const mostWords = 40;
const mostPassives = 3;

const passive =
  /\b(?:is|are|was|were|be|been|being) (?:(?:not|never|also|only|then|still|always) )?(?:\w{2,}ed|known|sent|given|taken|made|kept|shown|seen|found|left|held|lost|begun|written|drawn|built|paid|put|read|set|cut|met)\b/gi;

/** Sentences of running text; what is in backticks counts as one word. */
function sentencesOf(text: string): string[] {
  return text
    .replaceAll(/`[^`]*`/g, "code")
    .replaceAll(/ \((?:code[,; ]*)+\)/g, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[*_]{1,2}(\S[^*_]*)[*_]{1,2}/g, "$1")
    .split(/(?<=[.!?:;])\s+(?=["“(]?[A-Z])/)
    .map((sentence) => sentence.replaceAll(/\s+/g, " ").trim())
    .filter((sentence) => sentence !== "");
}

/** A subject without a noun: "What is over it comes as one digest." Questions are welcome. */
const nounless = /^(?:What|Who|Whoever|Whom) (?!.*\?).*\.$/;

/** What is wrong with a text, each with the sentence and what to write instead. */
export function proseProblems(where: string, text: string): string[] {
  return sentencesOf(text).flatMap((sentence) => {
    const found = turns.flatMap(({ pattern, instead }) => {
      const hit = pattern.exec(sentence)?.[0];
      return hit === undefined ? [] : [`"${hit}": write ${instead}`];
    });
    const words = sentence.split(" ").length;
    const passives = sentence.match(passive)?.length ?? 0;
    return [
      ...found,
      ...(nounless.test(sentence) ? ["a clause as the subject: name the subject"] : []),
      ...(words > mostWords ? [`${words} words, at most ${mostWords}: split the sentence`] : []),
      ...(passives >= mostPassives ? [`${passives} passive verbs: name who acts`] : []),
    ].map((problem) => `${where}: ${problem}\n    ${sentence}`);
  });
}

/** The running text of a page, a block each: paragraphs, list items, table cells, headings. No code. */
export function blocksOf(markdown: string): string[] {
  return markdown
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/^\s*```[\s\S]*?^\s*```/gm, "\n\n")
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=#)|\n(?=\|)/)
    .flatMap((block) => (block.startsWith("|") ? block.split(/(?<!\\)\|/) : [block]))
    .map((block) => block.replace(/^\s*(?:[-*]|\d+\.|#+) /, "").trim())
    .filter((block) => /[a-z]/i.test(block));
}

const literal = String.raw`("(?:[^"\\\n]|\\.)*"|${"`"}(?:[^${"`"}\\]|\\.)*${"`"})`;
const spoken: readonly RegExp[] = [
  new RegExp(String.raw`\blog\.(?:debug|info|warn|error)\(\s*${literal}`, "g"),
  new RegExp(String.raw`\.(?:describe|description|meta)\(\s*${literal}`, "g"),
  new RegExp(String.raw`\b(?:description|summary):\s*${literal}`, "g"),
];

/** What a source file says to people: log messages and descriptions, as they are written. */
export function spokenIn(source: string): string[] {
  return spoken.flatMap((form) =>
    [...source.matchAll(form)].map(([, quoted = ""]) => quoted.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, "code")),
  );
}
