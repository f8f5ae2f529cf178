import { type IncomingMessage, request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { type Json, isJsonObject } from "../std/json.ts";

/** A reply on its way to the client. Header pairs keep their order, case and repetitions. */
export interface PassingReply {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: AsyncIterable<Buffer>;
  /** Drops a body that nobody will read. */
  discard(): void;
}

/** RFC 9110 §7.6.1: these belong to one connection and are never forwarded. */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"]);

/** Forwards the request to the provider on a new connection. Rejects if there is no reply. */
export async function askProvider(incoming: IncomingMessage, body: Buffer, port: number): Promise<PassingReply> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    if (!hopByHop.has(name) && name !== "content-length")
      headers[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  const target = {
    host: "127.0.0.1",
    port,
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
  };
  const outgoing = httpRequest({ ...target, headers, agent: false }, resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  const reply = await promise;
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < reply.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = reply.rawHeaders.slice(at, at + 2);
    if (!hopByHop.has(name.toLowerCase())) pairs.push([name, value]);
  }
  return {
    status: reply.statusCode ?? 502,
    headers: pairs,
    body: reply,
    discard: () => reply.destroy(),
  };
}

const missingModel = JSON.stringify({
  error: {
    message: "you must provide a model parameter",
    type: "invalid_request_error",
    param: null,
    code: null,
  },
});

/**
 * aimock answers a request that names no model; OpenAI refuses it with 400 once the key has been accepted.
 * This adds that refusal, in OpenAI's words and envelope.
 */
export function refusesMissingModel(path: string, body: Buffer, reply: PassingReply): PassingReply | undefined {
  if (reply.status !== 200 || !path.endsWith("/chat/completions")) return undefined;
  let asked: Json;
  try {
    asked = JSON.parse(body.toString("utf8")) as Json;
  } catch {
    return undefined;
  }
  if (!isJsonObject(asked) || (typeof asked["model"] === "string" && asked["model"] !== "")) return undefined;
  return textReply(400, { "content-type": "application/json" }, missingModel, requestIdOf(reply));
}

function requestIdOf(reply: PassingReply): readonly (readonly [string, string])[] {
  return reply.headers.filter(([name]) => name.toLowerCase() === "x-request-id");
}

/** A reply made by the test bed itself. */
export function textReply(
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
  more: readonly (readonly [string, string])[] = [],
): PassingReply {
  const bytes = Buffer.from(text);
  const pairs = [...Object.entries(headers), ...more, ["content-length", String(bytes.length)] as const];
  return { status, headers: pairs, body: Readable.from([bytes]), discard() {} };
}
