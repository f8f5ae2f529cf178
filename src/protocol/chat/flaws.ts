import { isJsonObject, isWrittenAsFraction, type Json, type JsonObject } from "../../std/json.ts";
import type { Ask } from "../../probe/probe.ts";
import type { Flaw, LastWords, ReplyForm } from "../protocol.ts";
import { isFinishReason } from "./stream.ts";
import { messageIn, structureFlaws } from "./structure.ts";

/** Seconds since 1970 have ten digits until the year 2286. */
const longestSeconds = 1e10;

/** The laws that a plain reply, or the chunks of a stream together, break. */
export function flawsOf(
  documents: readonly Json[],
  { isStream, contentType }: ReplyForm,
  { stream, extra: { n: asked } }: Pick<Ask, "stream" | "extra">,
): Flaw[] {
  const choicesAsked = typeof asked === "number" ? asked : 1;
  const all = documents.filter(isJsonObject);
  const flaws = new Set<Flaw>(structureFlaws(documents, isStream));
  if (all.some(({ created }) => typeof created === "number" && created >= longestSeconds)) flaws.add("created-unit");
  if (all.some(isUndated)) flaws.add("created-zero");
  const messages = all.flatMap(choicesIn).map((choice) => messageIn(choice, isStream));
  if (messages.some(({ role }) => typeof role === "string" && role !== "assistant")) flaws.add("role");
  if (isStream && !stream) flaws.add("unasked-stream");
  if (!isStream && messages.length > 0 && contentType !== "" && !contentType.endsWith("json"))
    flaws.add("content-type");
  if (all.some(hasFraction)) flaws.add("fraction");
  const positions = new Set(all.flatMap(positionsIn));
  const most = Math.max(positions.size, ...all.map((document) => choicesIn(document).length));
  if (most > choicesAsked) flaws.add("many-choices");
  else if ([...positions].some((index) => index >= choicesAsked)) flaws.add("choice-index");
  const calls = messages.flatMap(callsIn);
  if (calls.some(({ id }) => typeof id === "number")) flaws.add("tool-id");
  if (!isStream) return [...flaws];
  if (calls.some(({ index }) => index === undefined || index === null)) flaws.add("no-tool-index");
  if (differentTexts(all, "id") > 1) flaws.add("many-ids");
  if (differentTexts(all, "model") > 1) flaws.add("many-models");
  const choices = Map.groupBy(all.flatMap(choicesIn), ({ index }) => index ?? 0);
  for (const pieces of choices.values()) {
    if (sharesToolIndex(pieces)) flaws.add("tool-index");
    if (goesOnAfterFinish(pieces)) flaws.add("after-finish");
    const repeated = repetition(pieces.map((piece) => contentOf(piece)).filter((text) => text !== ""));
    if (repeated !== undefined) flaws.add(repeated);
  }
  return [...flaws];
}

/** Azure's first chunk has no choices, and 0. */
function isUndated(document: JsonObject): boolean {
  const { created } = document;
  return typeof created === "number" && created <= 0 && choicesIn(document).length > 0;
}

/** Where the choices of a document say that they stand. */
function positionsIn(document: JsonObject): number[] {
  return choicesIn(document).map(({ index }, at) => (typeof index === "number" ? index : at));
}

/** Azure's first chunk has empty ones. */
function differentTexts(chunks: readonly JsonObject[], name: string): number {
  return new Set(chunks.map((chunk) => chunk[name]).filter((value) => typeof value === "string" && value !== "")).size;
}

/** `created` and counts of tokens are integers: `14.0` and `14.5` are none to a typed client. */
function hasFraction(document: JsonObject): boolean {
  const isNone = (holder: JsonObject, name: string): boolean =>
    typeof holder[name] === "number" && (!Number.isInteger(holder[name]) || isWrittenAsFraction(holder, name));
  const { usage } = document;
  const counts = isJsonObject(usage) ? Object.keys(usage).filter((name) => name.endsWith("_tokens")) : [];
  return isNone(document, "created") || (isJsonObject(usage) && counts.some((name) => isNone(usage, name)));
}

function choicesIn({ choices }: JsonObject): JsonObject[] {
  return Array.isArray(choices) ? choices.filter(isJsonObject) : [];
}

function contentOf(choice: JsonObject): string {
  const { content } = messageIn(choice, true);
  return typeof content === "string" ? content : "";
}

function callsIn({ tool_calls: calls }: JsonObject): JsonObject[] {
  return Array.isArray(calls) ? calls.filter(isJsonObject) : [];
}

/** Clients put the pieces of a call together by its index. */
function sharesToolIndex(pieces: readonly JsonObject[]): boolean {
  const ids = new Map<Json | undefined, string>();
  for (const { index, id } of pieces.flatMap((piece) => callsIn(messageIn(piece, true)))) {
    if (typeof id !== "string" || id === "") continue;
    const known = ids.get(index);
    if (known !== undefined && known !== id) return true;
    ids.set(index, id);
  }
  return false;
}

function goesOnAfterFinish(pieces: readonly JsonObject[]): boolean {
  const finished = pieces.findIndex(({ finish_reason: reason }) => isFinishReason(reason));
  return (
    finished >= 0 &&
    pieces.slice(finished + 1).some((piece) => contentOf(piece) !== "" || callsIn(messageIn(piece, true)).length > 0)
  );
}

/** Shorter texts may repeat themselves by chance. */
const shortestRepeated = 4;

function repetition(texts: readonly string[]): Flaw | undefined {
  if (
    texts.length >= 3 &&
    texts.every(
      (text, n) => n === 0 || (text.length > (texts[n - 1]?.length ?? 0) && text.startsWith(texts[n - 1] ?? "")),
    )
  ) {
    return "cumulative";
  }
  const whole = texts.join("").trim();
  const half = whole.slice(0, Math.floor(whole.length / 2)).trim();
  const isTwice = half.length >= shortestRepeated && !isRepetitive(half) && whole.slice(half.length).trim() === half;
  return isTwice && texts.length > 1 ? "said-twice" : undefined;
}

/** `haha` consists of one piece already. */
function isRepetitive(text: string): boolean {
  return `${text}${text}`.indexOf(text, 1) < text.length;
}

/** Where the last words of a stream come; undefined: there are none, or no finish reason. */
export function lastWordsOf(chunks: readonly Json[]): LastWords | undefined {
  const pieces = chunks.filter(isJsonObject).flatMap(choicesIn);
  const finish = pieces.find(({ finish_reason: reason }) => isFinishReason(reason));
  if (finish === undefined || pieces.every((piece) => contentOf(piece) === "")) return undefined;
  return contentOf(finish) === "" ? "before the finish reason" : "with the finish reason";
}
