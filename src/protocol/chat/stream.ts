import { createParser } from "eventsource-parser";
import { isJsonObject, type Json, parseJson } from "../../std/json.ts";
import type { StreamEnd, StreamReader, StreamStamps } from "../../exchange/exchange.ts";

type Stamps = { -readonly [Name in keyof StreamStamps]: StreamStamps[Name] };

/** Pure but for its own state. */
export function openChatStream(maxEvents: number): StreamReader {
  const chunks: Json[] = [];
  const stamps: Stamps = {};
  const text = new TextDecoder();
  let events = 0;
  let atMs = 0;
  let sawError = false;
  let sawMalformed = false;
  let isUnterminated = false;
  let tail = "";

  const parser = createParser({
    onEvent: ({ event, data }) => {
      events += 1;
      if (event === "error") sawError = true;
      // As the official clients read it, whatever follows.
      if (data.startsWith("[DONE]")) stamps.doneMs ??= atMs;
      else if (events <= maxEvents) readChunk(data);
    },
    // A comment is a sign of life; counted, because an endless row of them is no reply.
    onComment: () => void (events += 1),
  });

  return {
    feed(bytes, at) {
      atMs = at;
      const piece = text.decode(bytes, { stream: true });
      tail = `${tail}${piece}`.slice(-longestTail);
      parser.feed(piece);
      return events <= maxEvents;
    },
    isDone: () => stamps.doneMs !== undefined,
    isFinished: () => stamps.finishReasonMs !== undefined,
    hasContent: () => stamps.firstContentMs !== undefined || stamps.firstReasoningMs !== undefined,
    end() {
      // An event counts only once its blank line came; what is left over is an event cut short.
      parser.feed(text.decode());
      if (stamps.doneMs === undefined && /(^|\n|\r)data: ?\[DONE\]\s*$/.test(tail)) {
        stamps.doneMs = atMs;
        isUnterminated = true;
      }
      return { chunks, end: streamEnd(), stamps };
    },
  };

  function readChunk(data: string): void {
    const chunk = parseJson(data);
    if (chunk === undefined) {
      sawMalformed = true;
      return;
    }
    chunks.push(chunk);
    stamps.firstChunkMs ??= atMs;
    if (!isJsonObject(chunk)) {
      sawMalformed = true;
      return;
    }
    if (chunk["error"] !== undefined && chunk["error"] !== null) sawError = true;
    if (chunk["usage"] !== undefined && chunk["usage"] !== null) stamps.usageMs = atMs;
    for (const choice of Array.isArray(chunk["choices"]) ? chunk["choices"] : []) {
      if (!isJsonObject(choice)) continue;
      if (isFinishReason(choice["finish_reason"])) stamps.finishReasonMs = atMs;
      const delta = choice["delta"];
      if (!isJsonObject(delta)) continue;
      if (isText(delta["content"])) {
        stamps.firstContentMs ??= atMs;
        stamps.lastContentMs = atMs;
      } else if (
        isText(delta["reasoning_content"]) ||
        isText(delta["reasoning"]) ||
        Array.isArray(delta["tool_calls"])
      ) {
        stamps.firstReasoningMs ??= atMs;
      }
    }
  }

  function streamEnd(): StreamEnd {
    if (sawError) return "error-event";
    if (sawMalformed) return "malformed";
    if (stamps.doneMs === undefined) return "no-done";
    if (stamps.finishReasonMs === undefined) return "no-finish-reason";
    return isUnterminated ? "no-blank-line" : "complete";
  }
}

const longestTail = 32;

/** An empty text is none. */
export function isFinishReason(value: Json | undefined): value is string {
  return isText(value);
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}
