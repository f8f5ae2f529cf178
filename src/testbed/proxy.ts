import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { Readable } from "node:stream";
import type { JsonObject } from "../std/json.ts";
import type { Change, Drift } from "./drift.ts";
import { editEvents, editJsonText, trickle } from "./edit-body.ts";
import { type PassingReply, askProvider, refusesMissingModel, textReply } from "./upstream.ts";

export interface ProxyOptions {
  readonly providerPort: number;
  /** The active drifts, read once per reply just before it is forwarded. */
  readonly active: () => readonly Drift[];
  /** Delay before the first byte of the next reply, so that loopback behaves like a network. */
  readonly delayMs: () => number;
  readonly sleep: (durationMs: number) => Promise<void>;
  /** Called for each forwarded request. */
  readonly onRequest: () => void;
  /** Answers for the model that the test bed serves itself; undefined: another model is asked for. */
  readonly answerModel: (request: IncomingMessage, body: Buffer) => PassingReply | undefined;
  /** Answers requests meant for the test bed itself; undefined forwards them. */
  readonly answerOwn: (request: IncomingMessage, body: Buffer) => PassingReply | undefined;
}

const maxRequestBytes = 1024 * 1024;

/** A reverse proxy that changes nothing but what the active drifts change. */
export function createProxy(options: ProxyOptions): Server {
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    forward(request, response, options).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
  });
}

/** The small model answers one token at a time, and sooner. */
const smallModelFactor = 0.25;

async function forward(request: IncomingMessage, response: ServerResponse, options: ProxyOptions): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const own = options.answerOwn(request, body);
  if (own !== undefined) return send(response, own);

  options.onRequest();
  const ofModel = options.answerModel(request, body);
  let reply = ofModel ?? (await askProvider(request, body, options.providerPort));
  response.once("close", () => reply.discard());
  const refusal = refusesMissingModel(request.url ?? "", body, reply);
  if (refusal !== undefined) {
    reply.discard();
    reply = refusal;
  }
  const changes = options.active().map((drift) => drift.change);
  const factor = ofKind(changes, "slow-start").reduce((product, change) => product * change.factor, 1);
  await options.sleep(options.delayMs() * factor * (ofModel === undefined ? 1 : smallModelFactor));
  if (response.destroyed) return;
  if (ofKind(changes, "reset").length > 0) {
    request.socket.resetAndDestroy();
    return;
  }
  await send(response, await changed(reply, changes, options.sleep));
}

/** The reply as the changes leave it: without changes, the reply itself. */
async function changed(
  original: PassingReply,
  changes: readonly Change[],
  sleep: ProxyOptions["sleep"],
): Promise<PassingReply> {
  let reply = original;
  for (const { status, headers, body } of ofKind(changes, "replace").slice(0, 1)) {
    original.discard();
    reply = textReply(status, headers, body);
  }
  const edits = ofKind(changes, "edit");
  const dropDone = ofKind(changes, "drop-done").length > 0;
  const { status } = reply;
  const edit = (value: JsonObject): JsonObject => edits.reduce((edited, change) => change.edit(edited, status), value);
  const contentType = header(reply, "content-type");
  if (contentType.startsWith("text/event-stream") && (edits.length > 0 || dropDone)) {
    reply = { ...reply, body: editEvents(reply.body, { edit, dropDone }) };
  } else if (contentType.startsWith("application/json") && edits.length > 0) {
    reply = await withEditedJson(reply, edit);
  }
  for (const pace of ofKind(changes, "slow-body")) reply = { ...reply, body: trickle(reply.body, pace, sleep) };
  return reply;
}

async function withEditedJson(reply: PassingReply, edit: (value: JsonObject) => JsonObject): Promise<PassingReply> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply.body) chunks.push(chunk);
  const edited = editJsonText(Buffer.concat(chunks).toString("utf8"), edit);
  if (edited !== undefined) chunks.splice(0, chunks.length, Buffer.from(edited));
  const bytes = chunks.reduce((total, chunk) => total + chunk.length, 0);
  const headers = reply.headers.map(
    ([name, value]) => [name, name.toLowerCase() === "content-length" ? String(bytes) : value] as const,
  );
  return { ...reply, headers, body: Readable.from(chunks) };
}

async function send(response: ServerResponse, reply: PassingReply): Promise<void> {
  response.sendDate = false;
  response.writeHead(reply.status, reply.headers.flat());
  for await (const chunk of reply.body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
}

/** undefined if it is larger than anything a probe sends. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end in any case: closing on unread bytes would reset the connection and lose our answer.
    if (bytes <= maxRequestBytes) chunks.push(chunk);
  }
  if (bytes > maxRequestBytes) return undefined;
  return Buffer.concat(chunks);
}

function header(reply: PassingReply, name: string): string {
  return reply.headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1] ?? "";
}

function ofKind<Kind extends Change["kind"]>(changes: readonly Change[], kind: Kind) {
  return changes.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);
}
