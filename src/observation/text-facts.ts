import type { TextClass } from "../probe/probe.ts";
import { shortHash } from "../std/hash.ts";
import type { Script, TextFacts } from "./observation.ts";

/** What may be known of a completion without keeping it. `saysNo`: the provider marks it as a refusal. */
export function textFacts(text: string, saysNo = false): TextFacts {
  const trimmed = text.trim();
  const leak = leaks.find(([, pattern]) => pattern.test(trimmed));
  const lost = text.split("\uFFFD").length - 1;
  return {
    class: classOf(trimmed),
    length: text.length,
    hash: shortHash(
      trimmed
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
        .trim(),
    ),
    ...((saysNo || refusal.test(trimmed)) && { isRefusal: true }),
    script: scriptOf(trimmed.slice(0, 2000)),
    ...(lost > 0 && { lost }),
    ...(leak !== undefined && { leaked: leak[0] }),
  };
}

/** Marks that a model writes for its server, and no user should read. */
const leaks = [
  ["reasoning in tags", /^<(think|thinking|reasoning)>|<\/(think|thinking|reasoning)>/],
  ["special tokens", /<\|[a-z_0-9]{2,30}\|>|<\/s>$|<(end_of_turn|start_of_turn)>|\[\/?INST\]|<\uFF5C/],
  ["a tool call in tags", /<(tool_call|function_call|function=[a-z_]+)>|\[TOOL_CALLS\]/],
] as const;

/** How models begin when they refuse, in the languages in which they mostly do. */
const refusal =
  /^\W{0,3}(i['’]?m (sorry|unable|not able)|i am (sorry|unable|not able)|sorry,|i (can['’]?t|cannot|can not|won['’]?t|must decline)|as an ai\b|unfortunately,? i|lo siento|no puedo|désolé|je (suis désolé|ne peux pas)|es tut mir leid|ich kann (das |dir |ihnen )?nicht|desculpe|mi dispiace|извините|к сожалению|я не могу|抱歉|对不起|很抱歉|我无法|我不能|申し訳|すみません|죄송)/iu;

function classOf(text: string): TextClass {
  if (text === "") return "empty";
  if (Number.isFinite(Number(text))) return "number";
  if (isJson(text)) return "json";
  if (!/\s/.test(text)) return "word";
  return text.includes("\n") ? "text" : "line";
}

function isJson(text: string): boolean {
  if (!/^[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const scripts: readonly (readonly [Script, RegExp])[] = [
  ["Latin", /\p{Script=Latin}/gu],
  ["Cyrillic", /\p{Script=Cyrillic}/gu],
  ["Greek", /\p{Script=Greek}/gu],
  ["Arabic", /\p{Script=Arabic}/gu],
  ["Hebrew", /\p{Script=Hebrew}/gu],
  ["Devanagari", /\p{Script=Devanagari}/gu],
  ["Thai", /\p{Script=Thai}/gu],
  ["Han", /\p{Script=Han}/gu],
  ["Kana", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["Hangul", /\p{Script=Hangul}/gu],
];

/** undefined: no letters. */
function scriptOf(text: string): Script | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return undefined;
  return scripts.find(([, pattern]) => 2 * (text.match(pattern)?.length ?? 0) > letters)?.[0] ?? "other";
}
