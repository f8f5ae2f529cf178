import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { devNull } from "node:os";
import type { buildConnector, Client, Dispatcher } from "undici";
import type { ClientPolicy } from "../probe/target.ts";
import type { Clock } from "../std/clock.ts";
import type { Connector } from "../std/tunnel.ts";
import type { Attempt, HttpRequest, InjectedFacts, Outcome, Timings, TransportFault } from "./exchange.ts";
import { faultOf } from "./faults.ts";
import { noting, type PeerFacts } from "../std/peer-facts.ts";
import { type InjectedWire, openInjectedWire } from "./injected-wire.ts";
import type { Injection } from "./injection.ts";
import type { LoopGauge } from "./loop-gauge.ts";
import { type FaultOf, openReception } from "./reception.ts";
import { connectionTo, type Surroundings } from "./route.ts";
import { nextDeadline } from "./watchdog.ts";

// What a request needs: the index of the package loads ninety files more, a seventh of the CPU of `plumbline run`.
const load = createRequire(import.meta.url);
const UndiciClient = load("undici/lib/dispatcher/client.js") as typeof Client;
const undiciConnector = load("undici/lib/core/connect.js") as typeof buildConnector;

export interface UndiciAttempts {
  attempt(request: HttpRequest, policy: ClientPolicy, ordinal: number): Promise<Attempt>;
  /** Closes the connections kept for reuse. */
  close(): Promise<void>;
}

export interface UndiciOptions {
  readonly clock: Clock;
  readonly loop: LoopGauge;
  readonly userAgent: string;
  readonly outside?: Surroundings;
}

/** No proxy, and no certificate but the usual ones. */
const nothingOutside: Surroundings = {
  secret: () => undefined,
  plain: () => undefined,
  proxy: () => undefined,
  noProxy: "",
};

/** Why a connection is closed after its request. One for all: undici would write a stack trace for each. */
const over = new Error("attempt ended");
const keptPerRoute = 10;
/** How long a connection may stay open after `[DONE]` before it is closed. */
const lingerMs = 100;

/** One request over one connection: a new one, or one that a former attempt left open, as the policy says. */
export function createUndiciAttempts({
  clock,
  loop,
  userAgent,
  outside = nothingOutside,
}: UndiciOptions): UndiciAttempts {
  const idle = new Map<string, Client[]>();

  return {
    async attempt(request, policy, ordinal) {
      const url = new URL(request.url);
      const { origin } = url;
      const route = JSON.stringify([origin, policy.proxy, policy.tls]);
      const { inject } = request;
      const reuse = policy.connection === "reused" && inject === undefined;
      const kept = reuse ? takeOpen(idle.get(route)) : undefined;
      const wire = inject && openInjectedWire(inject, sleep);
      const peer: PeerFacts = {};
      const connect = (): Connector =>
        wire ? injectedConnector(inject, wire) : noting(connectorTo(url, policy), peer);
      const client = kept ?? openClient(origin, policy, connect());
      const startedAtMs = clock.nowMs();
      const stopWatching = loop.watch();
      const { outcome, timings } = await send(client, request, policy, {
        clock,
        userAgent,
        connected: kept !== undefined,
        peer,
      });
      const maxLoopDelayMs = Math.round(stopWatching());
      if (reuse && outcome.kind === "reply" && !client.destroyed) keep(route, client);
      else if (wire === undefined) void client.destroy(over);
      else await client.destroy(over);
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

  function connectorTo(url: URL, policy: ClientPolicy): Connector {
    const connecting = connectionTo(url, policy, outside);
    return typeof connecting === "function" ? connecting : (undiciConnector(connecting) as Connector);
  }

  function keep(route: string, client: Client): void {
    const clients = idle.get(route) ?? [];
    if (clients.length >= keptPerRoute) void client.destroy();
    else idle.set(route, [...clients, client]);
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
function openClient(origin: string, policy: ClientPolicy, connect: Connector): Client {
  return new UndiciClient(origin, {
    pipelining: policy.connection === "fresh" ? 0 : 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect,
  });
}

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
  readonly peer: PeerFacts;
}

function send(
  client: Client,
  request: HttpRequest,
  policy: ClientPolicy,
  { clock, userAgent, connected, peer }: SendContext,
): Promise<{ outcome: Outcome; timings: Timings }> {
  const { promise, resolve } = Promise.withResolvers<{ outcome: Outcome; timings: Timings }>();
  const startMs = clock.monotonicMs();
  // Microseconds are more than can be measured, and all digits would be stored.
  const elapsedMs = (): number => Math.round((clock.monotonicMs() - startMs) * 1000) / 1000;
  const reception = openReception(request, policy, connected);
  const { progress } = reception;
  let controller: Dispatcher.DispatchController | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isSettled = false;
  let isWhole = false;

  const settle = (fault?: FaultOf): void => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(timer);
    resolve(reception.end(elapsedMs(), fault));
  };
  const abort = (fault: FaultOf): void => {
    settle(fault);
    if (controller === undefined) void client.destroy(over);
    else controller.abort(over);
  };
  const watch = (): void => {
    if (isSettled) return;
    const { phase, atMs } = nextDeadline(progress, policy);
    const leftMs = atMs - elapsedMs();
    if (leftMs <= 0) return abort((partial) => ({ kind: "fault", class: "timeout", phase, partial }));
    timer = setTimeout(watch, leftMs);
  };

  client.once("connect", () => {
    progress.connectedMs ??= elapsedMs();
  });
  watch();
  client.dispatch(dispatched(request, userAgent), {
    onRequestStart(started) {
      controller = started;
      if (isSettled) started.abort(over);
    },
    onRequestSent: () => reception.sent(elapsedMs()),
    onResponseStart(_controller, status, headers) {
      if (status < 200) return;
      reception.begin(status, headers, elapsedMs());
      clearTimeout(timer);
      watch();
    },
    onResponseData(_controller, piece) {
      if (!reception.add(piece, elapsedMs())) {
        abort((partial) => ({ kind: "fault", class: "too-large", partial }));
      } else if (!isWhole && reception.isWhole()) {
        isWhole = true;
        // The reply is complete. Whether the connection ends as well is worth a moment, and no more.
        clearTimeout(timer);
        timer = setTimeout(
          () => abort((partial) => ({ kind: "fault", class: "timeout", phase: "idle", partial })),
          lingerMs,
        );
      }
    },
    onResponseEnd: () => settle(),
    onResponseError(_controller, error) {
      settle((begun) => {
        const fault = faultOf(error, begun, { host: new URL(request.url).host, ...peer });
        return fault.class === "dns" ? (openFilesFault() ?? fault) : fault;
      });
    },
  });
  return promise;
}

/** Without a file descriptor for the resolver, the system says that it can't find the name. */
function openFilesFault(): TransportFault | undefined {
  try {
    closeSync(openSync(devNull, "r"));
    return undefined;
  } catch (error) {
    return faultOf(error, undefined);
  }
}

function dispatched({ method, url, headers, body }: HttpRequest, userAgent: string): Dispatcher.DispatchOptions {
  const { pathname, search } = new URL(url);
  return {
    method,
    path: `${pathname}${search}`,
    headers: { "user-agent": userAgent, ...headers, "accept-encoding": "identity" },
    body: body ?? null,
  };
}
