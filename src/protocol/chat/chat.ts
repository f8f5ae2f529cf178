import type { ReplyReader } from "../../exchange/exchange.ts";
import type { SampleEvents, Protocol } from "../protocol.ts";
import { assemble } from "./assemble.ts";
import { mistakes } from "./mistakes.ts";
import { estimatePromptTokens } from "./prompt-tokens.ts";
import { readError } from "./envelopes.ts";
import { flawsOf, lastWordsOf } from "./flaws.ts";
import { topLogprobs } from "./logprobs.ts";
import { chunkPosition, isListed, isPermanentError, readReply } from "./reply.ts";
import { chatPath, chatRequest } from "./request.ts";
import { openChatStream } from "./stream.ts";
import { streamUsageOf } from "./usage.ts";

const contentChunk = {
  id: "injected",
  object: "chat.completion.chunk",
  created: 1_764_300_000,
  model: "injected",
  choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }],
};

const sampleEvents: SampleEvents = {
  content: `data: ${JSON.stringify(contentChunk)}\n\n`,
  error: 'data: {"error":{"message":"upstream overloaded","type":"overloaded_error","code":"overloaded"}}\n\n',
};

const reader: ReplyReader = { openStream: openChatStream, isPermanentError };

/** Chat completions, as OpenAI defined them and everybody else serves them. */
export const chat: Protocol = {
  ...reader,
  endpoint: "chat completions",
  path: chatPath,
  request: (target, ask, key, malformations = {}) => ({ ...chatRequest(target, ask, key, malformations), reader }),
  mistakes,
  read: readReply,
  readError,
  flawsOf,
  lastWordsOf,
  assemble,
  chunkPosition,
  streamUsage: streamUsageOf,
  isListed,
  topLogprobs,
  estimatePromptTokens,
  sampleEvents,
};
