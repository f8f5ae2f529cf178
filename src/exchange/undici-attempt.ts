import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { ClientPolicy } from "../probe/target.ts";
import type { Clock } from "../std/clock.ts";
import { parseJson } from "../std/json.ts";
import { createChatStreamReader, type ChatStreamReader } from "../protocol/chat/stream.ts";
import type { Attempt, Body, HttpRequest, InjectedFacts, Outcome, Timings, TransportFault } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { type InjectedWire, openInjectedWire } from "./injected-wire.ts";
import type { Injection } from "./injection.ts";
import type { LoopGauge } from "./loop-gauge.ts";
import { nextDeadline, type Progress } from "./watchdog.ts";

export interface UndiciAttempts {
  attempt(request: HttpRequest, policy: ClientPolicy, ordinal: number): Promise<Attempt>;
  /** Closes the connections kept for reuse. */
  close(): Promise<void>;
}

export interface UndiciOptions {
  readonly clock: Clock;
  readonly loop: LoopGauge;
  readonly userAgent: string;
}

const keptPerOrigin = 10;

/** One request over one connection: a new one, or one that a former attempt left open, as the policy says. */
export function createUndiciAttempts({ clock, loop, userAgent }: UndiciOptions): UndiciAttempts {
  const idle = new Map<string, Client[]>();

  return {
    async attempt(request, policy, ordinal) {
      const { origin } = new URL(request.url);
      const { inject } = request;
      const reuse = policy.connection === "reused" && inject === undefined;
      const kept = reuse ? takeOpen(idle.get(origin)) : undefined;
      const wire = inject && openInjectedWire(inject, sleep);
      const client = kept ?? openClient(origin, policy, wire && injectedConnector(inject, wire));
      const startedAtMs = clock.nowMs();
      const stopWatching = loop.watch();
      const { outcome, timings } = await send(client, request, policy, {
        clock,
        userAgent,
        connected: kept !== undefined,
      });
      const maxLoopDelayMs = stopWatching();
      if (reuse && outcome.kind === "reply" && !client.destroyed) keep(origin, client);
      else if (wire === undefined) void client.destroy();
      else await client.destroy();
      return {
        ordinal,
        startedAtMs,
        outcome,
        timings,
        connection: kept === undefined ? "fresh" : "reused",
        maxLoopDelayMs,
        ...(wire && inject && { injected: factsOf(inject, wire) }),
      };
    },
    async close() {
      await Promise.all([...idle.values()].flat().map((client) => client.destroy()));
      idle.clear();
    },
  };

  function keep(origin: string, client: Client): void {
    const clients = idle.get(origin) ?? [];
    if (clients.length >= keptPerOrigin) void client.destroy();
    else idle.set(origin, [...clients, client]);
  }
}

function takeOpen(clients: Client[] | undefined): Client | undefined {
  for (let client = clients?.pop(); client !== undefined; client = clients?.pop()) {
    if (!client.destroyed && client.stats.connected) return client;
    void client.destroy();
  }
  return undefined;
}

/** Our own watchdog keeps the deadlines; undici's are off, for they are coarse and each covers only a part. */
function openClient(origin: string, policy: ClientPolicy, connect?: Connector): Client {
  return new Client(origin, {
    pipelining: policy.connection === "fresh" ? 0 : 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connect ?? { timeout: policy.connectMs + 1000 },
  });
}

type Connector = Extract<NonNullable<Client.Options["connect"]>, (...args: never[]) => unknown>;

/** Hands out the wire in place of a connection, or never says anything. */
function injectedConnector({ connect }: Injection, { socket }: InjectedWire): Connector {
  return (_options, callback) => {
    if (connect === "open") queueMicrotask(() => callback(null, socket as unknown as Socket));
  };
}

function factsOf({ name, connect }: Injection, { socket, caughtBytes }: InjectedWire): InjectedFacts {
  return { name, caughtBytes: caughtBytes(), isClosed: connect === "hang" || socket.destroyed };
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

interface SendContext {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly connected: boolean;
}

function send(
  client: Client,
  request: HttpRequest,
  policy: ClientPolicy,
  { clock, userAgent, connected }: SendContext,
): Promise<{ outcome: Outcome; timings: Timings }> {
  const { promise, resolve } = Promise.withResolvers<{ outcome: Outcome; timings: Timings }>();
  const startMs = clock.monotonicMs();
  const elapsedMs = (): number => clock.monotonicMs() - startMs;
  const progress: Progress = { contentSettled: true, connectedMs: connected ? 0 : undefined };
  const marks: { sentMs?: number; firstByteMs?: number; largestGapMs?: number } = {};
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let status = 0;
  let headers: Readonly<Record<string, string>> = {};
  let stream: ChatStreamReader | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isSettled = false;

  const settle = (fault?: TransportFault): void => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(timer);
    const streamed = stream?.end();
    const timings: Timings = {
      connectedMs: connected ? undefined : progress.connectedMs,
      headersMs: progress.headersMs,
      ...marks,
      ...streamed?.stamps,
      totalMs: elapsedMs(),
    };
    const body = (): Body =>
      streamed === undefined
        ? bodyOf(pieces, bytes)
        : { form: "stream", chunks: streamed.chunks, end: streamed.end, bytes };
    resolve({ outcome: fault ?? { kind: "reply", status, headers, body: body() }, timings });
  };
  const abort = (fault: TransportFault): void => {
    // A stream that has said [DONE] is complete, however long its connection lingers.
    settle(stream?.isDone() === true ? undefined : fault);
    const reason = new Error("attempt ended");
    if (controller === undefined) void client.destroy(reason);
    else controller.abort(reason);
  };
  const watch = (): void => {
    if (isSettled) return;
    const { phase, atMs } = nextDeadline(progress, policy);
    const leftMs = atMs - elapsedMs();
    if (leftMs <= 0) return abort({ kind: "fault", class: "timeout", phase });
    timer = setTimeout(watch, leftMs);
  };

  client.once("connect", () => {
    progress.connectedMs ??= elapsedMs();
  });
  watch();
  client.dispatch(
    {
      method: request.method,
      path: pathOf(request.url),
      headers: { "user-agent": userAgent, ...request.headers, "accept-encoding": "identity" },
      body: request.body ?? null,
    },
    {
      onRequestStart(started) {
        controller = started;
        if (isSettled) started.abort(new Error("attempt ended"));
      },
      onRequestSent() {
        marks.sentMs = elapsedMs();
      },
      onResponseStart(_controller, statusCode, rawHeaders) {
        if (statusCode < 200) return;
        progress.headersMs = elapsedMs();
        status = statusCode;
        headers = flatten(rawHeaders);
        if (headers["content-type"]?.startsWith("text/event-stream") === true) {
          stream = createChatStreamReader(policy.maxEvents);
          progress.contentSettled = false;
        }
        clearTimeout(timer);
        watch();
      },
      onResponseData(_controller, piece) {
        const atMs = elapsedMs();
        marks.firstByteMs ??= atMs;
        if (progress.lastPieceMs !== undefined) {
          marks.largestGapMs = Math.max(marks.largestGapMs ?? 0, atMs - progress.lastPieceMs);
        }
        progress.lastPieceMs = atMs;
        bytes += piece.length;
        if (bytes > policy.maxBodyBytes) return abort({ kind: "fault", class: "too-large" });
        if (stream === undefined) return void pieces.push(piece);
        if (!stream.feed(piece, atMs)) return abort({ kind: "fault", class: "too-large" });
        progress.contentSettled = stream.hasContent();
      },
      onResponseEnd() {
        settle();
      },
      onResponseError(_controller, error) {
        const whole = stream?.isDone() === true;
        settle(whole ? undefined : faultOf(error, progress.headersMs !== undefined));
      },
    },
  );
  return promise;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

function bodyOf(pieces: readonly Uint8Array[], bytes: number): Body {
  const text = Buffer.concat(pieces).toString("utf8").trim();
  const value = parseJson(text);
  return value === undefined ? { form: "text", text, bytes } : { form: "json", value, bytes };
}
