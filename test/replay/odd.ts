import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { chunk, completion, events, usage } from "./bodies.ts";
import { http, json, replayKey, sse } from "./server.ts";

/** What was asked, as far as an odd server looks at it. */
export interface Asked {
  readonly isStream: boolean;
  readonly hasKey: boolean;
  /** The path is the one for completions, and the body one that a good server answers. */
  readonly isGood: boolean;
}

/** A server that no documentation describes. Text is the whole reply; a function does what it likes. */
export type Oddity = (asked: Asked, socket: Socket) => string | Buffer | undefined;

const refusal = json(401, { error: { message: "no", type: "invalid_request_error", param: null, code: null } });
const wrong = json(400, { error: { message: "no", type: "invalid_request_error", param: null, code: null } });
const page = "<!doctype html><title>Welcome</title><script>alert(1)</script>";

/** Polite in all but one respect. */
const polite =
  (good: Oddity): Oddity =>
  (asked, socket) =>
    !asked.hasKey ? refusal : !asked.isGood ? wrong : good(asked, socket);

const always =
  (reply: string | Buffer): Oddity =>
  () =>
    reply;
const either = (plain: string | Buffer, streamed: string | Buffer): Oddity =>
  polite(({ isStream }) => (isStream ? streamed : plain));
const plainly = (body: unknown): Oddity => either(json(200, body), sse(events));

function zipped(body: unknown): Buffer {
  const bytes = gzipSync(JSON.stringify(body));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

function dripping(piece: string): Oddity {
  return polite(({ isStream }, socket) => {
    if (!isStream) return json(200, completion());
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
    const timer = setInterval(() => void socket.write(piece), 10);
    socket.on("close", () => clearInterval(timer));
    return undefined;
  });
}

const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

export const oddities: Readonly<
  Record<string, { readonly serve: Oddity; readonly readiness: string; readonly because: string }>
> = {
  "HTML with 200 everywhere": {
    serve: always(http(200, "text/html", page)),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "HTML with 404 everywhere": {
    serve: always(http(404, "text/html", page)),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "an error with 200 for everything": {
    serve: always(json(200, { error: { message: "no channel", type: "odd", code: "none" } })),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "a redirect everywhere": {
    serve: always(http(307, "text/html", "", "location: http://127.0.0.1:9/\r\n")),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "401 whatever the key": { serve: always(refusal), readiness: "NOT READY", because: "endpoint" },
  "402 for everything": {
    serve: always(
      json(402, { error: { message: "Insufficient Balance", type: "unknown_error", code: "invalid_request_error" } }),
    ),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "429 for everything, Retry-After an hour": {
    serve: always(
      http(429, "application/json", '{"error":{"message":"slow down","code":"rate_limit"}}', "retry-after: 3600\r\n"),
    ),
    readiness: "COULD NOT BE JUDGED",
    because: "429",
  },
  "500 for everything": {
    serve: always(http(500, "text/plain", "oops")),
    readiness: "COULD NOT BE JUDGED",
    because: "500",
  },
  "an empty 200": { serve: always(http(200, "application/json", "")), readiness: "NOT READY", because: "endpoint" },
  "204": {
    serve: always("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "never a word": { serve: () => undefined, readiness: "COULD NOT BE JUDGED", because: "timeout (first-byte)" },
  "hangs up at once": {
    serve: (_asked, socket) => void socket.destroy(),
    readiness: "COULD NOT BE JUDGED",
    because: "reset",
  },
  "no HTTP at all": {
    serve: always("SSH-2.0-OpenSSH_9.2\r\n"),
    readiness: "COULD NOT BE JUDGED",
    because: "malformed",
  },
  "asks for no key and looks at none": {
    serve: ({ isStream, isGood }) => (isGood ? (isStream ? sse(events) : json(200, completion())) : wrong),
    readiness: "NOT READY",
    because: "authentication",
  },
  "answers anything on any path": {
    serve: ({ isStream }) => (isStream ? sse(events) : json(200, completion())),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "gzip although identity was asked for": {
    serve: either(zipped(completion()), sse(events)),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "streams whether asked or not": {
    serve: either(sse(events), sse(events)),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "never streams": {
    serve: either(json(200, completion()), json(200, completion())),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "a stream without an end, of comments": {
    serve: dripping(": keep-alive\n\n"),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "a stream without an end, of content": {
    serve: dripping(`data: ${JSON.stringify(chunk({ content: "a" }))}\n\n`),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "a stream of CRLF, a mark of byte order and comments": {
    serve: either(
      json(200, completion()),
      Buffer.from(sse(events).replace("\r\n\r\n", "\r\n\r\n\uFEFF").replaceAll("}\n\n", "}\r\n\r\n")),
    ),
    readiness: "NOT READY",
    because: "nobody can say",
  },
  "no usage anywhere": {
    serve: either(json(200, completion({ usage: undefined })), sse([...events.slice(0, 3), "[DONE]"])),
    readiness: "NOT READY",
    because: "usage",
  },
  "usage of text and less than nothing": {
    serve: plainly(completion({ usage: { prompt_tokens: "14", completion_tokens: -3, total_tokens: null } })),
    readiness: "NOT READY",
    because: "usage",
  },
  "choices empty": { serve: plainly(completion({ choices: [] })), readiness: "NOT READY", because: "valid-requests" },
  "choices an object": {
    serve: plainly(completion({ choices: { 0: "plumb" } })),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "content in parts": {
    serve: plainly(completion({}, { message: { role: "assistant", content: [{ type: "text", text: "plumb" }] } })),
    readiness: "NOT READY",
    because: "fields",
  },
  "JSON null": { serve: plainly(null), readiness: "NOT READY", because: "valid-requests" },
  "JSON a number": { serve: plainly(4), readiness: "NOT READY", because: "valid-requests" },
  "JSON very deep": {
    serve: either(http(200, "application/json", deep(20_000)), sse(events)),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "JSON cut": {
    serve: either(http(200, "application/json", '{"choices":[{"mes'), sse(events)),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "JSON of reserved names": {
    serve: either(
      http(200, "application/json", `{"__proto__":{"a":1},"constructor":null,${JSON.stringify(completion()).slice(1)}`),
      sse(events),
    ),
    readiness: "NOT READY",
    because: "nobody can say",
  },
  "a body larger than allowed": {
    serve: either(http(200, "application/json", `"${"a".repeat(1_100_000)}"`), sse(events)),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "bytes that are no text": {
    serve: either(
      Buffer.concat([
        Buffer.from(http(200, "application/json", "aaaa").slice(0, -4)),
        Buffer.from([0xff, 0xfe, 0x80, 0x00]),
      ]),
      sse(events),
    ),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "no content type": {
    serve: either(
      json(200, completion()).replace("content-type: application/json\r\n", ""),
      sse(events).replace("content-type: text/event-stream\r\n", ""),
    ),
    readiness: "NOT READY",
    because: "valid-requests",
  },
  "early hints first": {
    serve: either(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${json(200, completion())}`, sse(events)),
    readiness: "NOT READY",
    because: "nobody can say",
  },
  "a head of 60 KiB": {
    serve: either(json(200, completion(), `x-odd: ${"a".repeat(60_000)}\r\n`), sse(events)),
    readiness: "NOT READY",
    because: "endpoint",
  },
  "hostile words everywhere": {
    serve: polite(({ isStream }) => hostile(isStream)),
    readiness: "NOT READY",
    because: "valid-requests",
  },
};

const bad = "</td><script>alert(1)</script>\u202e\u0007[x](javascript:alert(1))|`";

function hostile(isStream: boolean): string {
  const head = `x-request-id: ${encodeURIComponent(bad)}\r\nx-ratelimit-limit-requests: <script>1</script>\r\n`;
  if (isStream) return sse([chunk({ content: bad }, bad, { model: bad, usage }), "[DONE]"], head);
  const error = { message: `${bad} ${replayKey}`, type: bad, code: bad };
  return json(200, { ...completion({ model: bad, [bad]: bad, id: bad }, { finish_reason: bad }), error }, head);
}
