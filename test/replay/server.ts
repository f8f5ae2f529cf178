import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** What a provider says, byte for byte, head included; where it was read is part of it. */
export interface Replay {
  readonly name: string;
  /** Row or paragraph of the reference, or the thread it was taken from. */
  readonly source: string;
  readonly plain: string;
  readonly streamed: string;
  /** undefined: it asks for no key. */
  readonly unauthorized: string | undefined;
  readonly badRequest: string;
  readonly unknownModel?: string;
  readonly wrongPath: string;
  readonly models?: string;
  /** Answers to a question with tools and to one with a JSON schema; refused if omitted. */
  readonly toolCall?: Answers;
  readonly structured?: Answers;
  /** Requests that others refuse and this one answers. */
  readonly takes?: readonly Wrong[];
  /** A field whose presence is refused. */
  readonly refusesField?: { readonly field: string; readonly reply: string };
}

interface Answers {
  readonly plain: string;
  readonly streamed: string;
}

export type Wrong = "no-model" | "unknown-model" | "role" | "limit" | "extra";

export const replayKey = "sk-replay-0123456789abcdef";

export interface ReplayServer {
  readonly baseUrl: string;
  requests(): number;
  close(): Promise<void>;
}

/** Serves one provider's words to whoever asks on loopback. */
export function openReplay(replay: Replay): Promise<ReplayServer> {
  return openWire((socket, head, body) => void socket.end(answer(replay, head, body)));
}

/** Hands each whole request to `serve`, which may do with the connection what it likes. One request a connection. */
export async function openWire(serve: (socket: Socket, head: string, body: string) => void): Promise<ReplayServer> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
      if (text.length - head - 4 < length) return;
      requests += 1;
      const [asked, body] = [text.slice(0, head), text.slice(head + 4)];
      text = "";
      serve(socket, asked, body);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: () => requests,
    close: () =>
      new Promise((closed) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => closed());
      }),
  };
}

const roles = ["developer", "system", "user", "assistant", "tool", "function"];
const knownFields = [
  "model",
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "stream",
  "stream_options",
  "tools",
  "response_format",
];

/** What a provider says to one request. */
export function answer(replay: Replay, head: string, body: string): string {
  const [line = ""] = head.split("\r\n");
  const [method = "", path = ""] = line.split(" ");
  const hasKey = head.includes(replayKey);
  if (path === "/v1/models" && method === "GET") return replay.models ?? replay.wrongPath;
  if (path !== "/v1/chat/completions") return replay.wrongPath;
  if (!hasKey && replay.unauthorized !== undefined) return replay.unauthorized;
  const wrong = wrongOf(body);
  if (wrong === "invalid") return replay.badRequest;
  const { refusesField } = replay;
  if (refusesField !== undefined && body.includes(`"${refusesField.field}"`)) return refusesField.reply;
  const refused = wrong.filter((it) => replay.takes?.includes(it) !== true);
  if (refused.includes("unknown-model")) return replay.unknownModel ?? replay.badRequest;
  if (refused.length > 0) return replay.badRequest;
  const answers = answersTo(replay, body);
  if (answers === undefined) return replay.badRequest;
  return body.includes('"stream":true') ? answers.streamed : answers.plain;
}

/** undefined: the provider can't do it. */
function answersTo(replay: Replay, body: string): Answers | undefined {
  if (body.includes('"tools":')) return replay.toolCall;
  return body.includes('"response_format":') ? replay.structured : replay;
}

/** Whether a server of the usual strictness answers this. */
export function isGoodRequest(body: string): boolean {
  const wrong = wrongOf(body);
  return wrong !== "invalid" && wrong.length === 0;
}

function wrongOf(body: string): "invalid" | Wrong[] {
  let asked: Record<string, unknown>;
  try {
    asked = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return "invalid";
  }
  const { messages, model } = asked;
  if (!Array.isArray(messages)) return "invalid";
  const limit = asked["max_tokens"] ?? asked["max_completion_tokens"];
  return [
    ...(model === undefined ? (["no-model"] as const) : []),
    ...(typeof model === "string" && model.includes("no-such") ? (["unknown-model"] as const) : []),
    ...(messages.some(({ role }: { role: string }) => !roles.includes(role)) ? (["role"] as const) : []),
    ...(typeof limit === "number" && limit < 0 ? (["limit"] as const) : []),
    ...(Object.keys(asked).some((field) => !knownFields.includes(field)) ? (["extra"] as const) : []),
  ];
}

/** A reply with a body of this type; headers as they are given. */
export function http(status: number, type: string, body: string, headers = ""): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} X\r\ncontent-type: ${type}\r\n${headers}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`;
}

export function json(status: number, body: unknown, headers = ""): string {
  return http(status, "application/json", JSON.stringify(body), headers);
}

/** A stream of these lines, each an event unless it is a comment; ended by the end of the connection. */
export function sse(events: readonly (object | string)[], headers = ""): string {
  const lines = events.map((event) =>
    typeof event === "string"
      ? event.startsWith(":")
        ? `${event}\n\n`
        : `data: ${event}\n\n`
      : `data: ${JSON.stringify(event)}\n\n`,
  );
  return `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${headers}connection: close\r\n\r\n${lines.join("")}`;
}
