import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the provider saw it: what the ledger has to agree with. */
export interface ProviderEntry {
  readonly atMs: number;
  readonly target: string;
  readonly traceId: string | undefined;
  readonly status: number;
  /** What the provider bills: 0 for what it refused, and for what it could not send back it is billed all the same. */
  readonly tokens: number;
}

export interface Provider {
  readonly port: number;
  readonly key: string;
  readonly entries: readonly ProviderEntry[];
  /** Answers of this target are 500 while it is down. */
  setDown(target: string, isDown: boolean): void;
  close(): Promise<void>;
}

const promptTokens = 21;
const completionTokens = 2;

/** A chat-completions API that bills each answer and writes down who asked, by trace id. */
export async function openProvider(key: string, latencyMs: () => number): Promise<Provider> {
  const entries: ProviderEntry[] = [];
  const down = new Set<string>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const target = request.url?.split("/")[1] ?? "";
    const [, traceId] = /^00-([0-9a-f]{32})-/.exec(String(request.headers["traceparent"] ?? "")) ?? [];
    const isAllowed = request.headers.authorization === `Bearer ${key}`;
    const status = !isAllowed ? 401 : down.has(target) ? 500 : 200;
    entries.push({
      atMs: Date.now(),
      target,
      traceId,
      status,
      tokens: status === 200 ? promptTokens + completionTokens : 0,
    });
    setTimeout(() => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(status === 200 ? completion() : refusal(status)));
    }, latencyMs());
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => answer(request, response));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    key,
    entries,
    setDown: (target, isDown) => void (isDown ? down.add(target) : down.delete(target)),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const completion = (): object => ({
  id: "chatcmpl-drill",
  object: "chat.completion",
  created: Math.floor(Date.now() / 1000),
  model: "drill-model-2026-01-01",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "plumb", refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  },
});

const refusal = (status: number): object => ({
  error: {
    message: "the drill says no",
    type: status === 401 ? "invalid_request_error" : "server_error",
    code: null,
    param: null,
  },
});
