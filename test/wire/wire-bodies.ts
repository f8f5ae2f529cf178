import type { Socket } from "node:net";
import { json, sse } from "../replay/server.ts";

export const usage = {
  prompt_tokens: 14,
  completion_tokens: 2,
  total_tokens: 16,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};
const head = { created: 1_764_300_000, model: "gpt-4o-mini-2024-07-18", system_fingerprint: "fp_a1b2c3d4e5" };

interface Change {
  readonly [member: string]: unknown;
}

export const body = (change: Change = {}, choice: Change = {}, message: Change = {}): object => ({
  id: "chatcmpl-0001abcdefghijkl",
  object: "chat.completion",
  ...head,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "plumb", refusal: null, ...message },
      logprobs: null,
      finish_reason: "stop",
      ...choice,
    },
  ],
  usage,
  ...change,
});
export const chunk = (delta: object, finish: string | null = null, change: Change = {}): object => ({
  id: "chatcmpl-0001abcdefghijkl",
  object: "chat.completion.chunk",
  ...head,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  usage: null,
  ...change,
});
export const usageChunk = (figures: object = usage): object => chunk({}, null, { choices: [], usage: figures });
export const opening = chunk({ role: "assistant", content: "", refusal: null });
export const words = ["pl", "um", "b"].map((content) => chunk({ content }));
export const finish = chunk({}, "stop");
export const healthyStream = [opening, ...words, finish, usageChunk(), "[DONE]"];

export const healthy = {
  "valid-request": json(200, body()),
  "streamed-request": sse(healthyStream),
} as const;

/** Writes the text, and then a piece every so often for as long as the client listens. */
export const thenEvery =
  (text: string, everyMs: number, next: (n: number) => string | undefined) =>
  (socket: Socket): void => {
    socket.write(text);
    let n = 0;
    const timer = setInterval(() => {
      const piece = next((n += 1));
      if (piece === undefined) socket.end();
      else socket.write(piece);
    }, everyMs);
    socket.on("close", () => clearInterval(timer));
  };

export const event = (chunkOf: object | string): string =>
  `data: ${typeof chunkOf === "string" ? chunkOf : JSON.stringify(chunkOf)}\n\n`;
export const reasoning = (text: string): object => chunk({ reasoning_content: text });
