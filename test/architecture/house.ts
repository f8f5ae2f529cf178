/** House rules that concern one file, whatever it imports. */

const mostLines: Readonly<Record<string, number>> = { src: 250, bench: 250, scripts: 250, test: 350 };

/** Files that may be longer, each with the reason. */
export const longFiles: Readonly<Record<string, string>> = {};

/** What a file does that no file should, in words. */
export function houseViolations(file: string, source: string, justified = longFiles): string[] {
  const lines = source.trimEnd().split("\n").length;
  const most = mostLines[file.split("/")[0] ?? ""] ?? 250;
  const isSetup = file === "test/setup/servers.ts";
  return [
    ...(lines > most && justified[file] === undefined ? [`${file}: ${lines} lines, at most ${most}`] : []),
    ...(/^export default /m.test(source) && !isSetup ? [`${file}: exports by default, not by name`] : []),
    ...(/^export \* from /m.test(source) ? [`${file}: passes on all of another file`] : []),
    ...(isBarrel(source) ? [`${file}: only passes on what others say`] : []),
    ...(/(^|\/)(utils?|helpers?|types|common|misc)(\/|\.ts$)/.test(file)
      ? [`${file}: a drawer, not a name of what it holds`]
      : []),
    ...(/@ts-(ignore|expect-error|nocheck)|(?:oxlint|eslint)-disable/.test(source)
      ? [`${file}: silences a check instead of heeding it`]
      : []),
  ];
}

function isBarrel(source: string): boolean {
  const statements = source
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
  return statements.length > 0 && statements.every((statement) => /^(import\s|export\s[^;]*\sfrom\s)/.test(statement));
}

/** Domain code is told the time, its luck and its surroundings; it does not take them. */
const takings: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["the wall clock", /\bDate\.now\(|\bnew Date\(\)/],
  ["a clock", /\bperformance\.now\(/],
  ["chance", /\bMath\.random\b|\brandomUUID\(/],
  ["the environment", /\bprocess\.env\b/],
  ["a timer", /\bset(?:Timeout|Interval|Immediate)\(/],
  ["the console", /\bconsole\./],
];

/** Who may take them, and what for. */
export const takers: Readonly<Record<string, string>> = {
  "src/std/clock.ts": "is the clock",
  "src/main.ts": "is where the process meets the program",
  "src/app/": "hands them out",
  "src/exchange/undici-attempt.ts": "keeps the deadlines of one attempt",
  "src/exchange/loop-gauge.ts": "notices how late timers are",
  "src/notify/deliver/post-undici.ts": "keeps the deadline of one post",
  "src/notify/deliver/mail-nodemailer.ts": "keeps the deadline of one mail",
};

export function takingViolations(file: string, source: string, allowed = takers): string[] {
  if (Object.keys(allowed).some((place) => file.startsWith(place))) return [];
  return takings.filter(([, pattern]) => pattern.test(source)).map(([name]) => `${file}: takes ${name} itself`);
}

/** Paths of the project that a page names, in backticks or as a link, and that are not there. */
export function danglingPaths(page: string, text: string, exists: (path: string) => boolean): string[] {
  const quoted = [...text.matchAll(/`((?:src|test|config|docs|bench|helm|scripts|\.ci)\/[\w./*-]*)`/g)];
  const rootFiles = [...text.matchAll(/`((?:[\w-]+\.)+(?:ts|json|md))`/g)];
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)];
  const folder = page.includes("/") ? page.slice(0, page.lastIndexOf("/") + 1) : "";
  return [
    ...[...quoted, ...rootFiles].map(([, path = ""]) => path),
    ...links.map(([, path = ""]) => new URL(path, `file:///${folder}`).pathname.slice(1)),
  ]
    .filter((path) => !exists(path))
    .map((path) => `${page}: ${path} is not there`);
}
