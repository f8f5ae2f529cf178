import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { decodeOtlp } from "./otlp.ts";

export interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2 SERVER, 3 CLIENT, 4 PRODUCER, 5 CONSUMER; 1 is none of them. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly WireAttribute[];
  readonly links?: readonly { traceId: string; spanId: string; attributes?: readonly WireAttribute[] }[];
  readonly status?: { readonly code?: number };
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface NotifiedRecord {
  readonly body: unknown;
  readonly severity: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

interface WireRecord {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly severityText: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes?: readonly WireAttribute[];
}

interface Received {
  resourceLogs?: {
    resource: { attributes: readonly WireAttribute[] };
    scopeLogs: { logRecords: WireRecord[] }[];
  }[];
  resourceSpans?: { scopeSpans: { spans: WireSpan[] }[] }[];
  resourceMetrics?: { scopeMetrics: { scope: { name: string }; metrics: { name: string; unit?: string }[] }[] }[];
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly WireSpan[];
  readonly logs: readonly NotifiedRecord[];
  /** Name → unit of the metrics of our own scope. */
  readonly metrics: ReadonlyMap<string, string>;
}

/** A collector that speaks OTLP over HTTP, as JSON and as protobuf, and keeps what it is told. */
export async function startCollector(): Promise<Collector> {
  const spans: WireSpan[] = [];
  const logs: NotifiedRecord[] = [];
  const metrics = new Map<string, string>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => void parts.push(part));
    request.on("end", () => {
      const sent = Buffer.concat(parts);
      const isJson = request.headers["content-type"] === "application/json";
      const body = (isJson ? JSON.parse(sent.toString("utf8")) : decodeOtlp(request.url ?? "", sent)) as Received;
      for (const { scopeSpans } of body.resourceSpans ?? []) for (const scope of scopeSpans) spans.push(...scope.spans);
      for (const { resource, scopeLogs } of body.resourceLogs ?? []) {
        for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
          logs.push({
            body: plain(record.body ?? {}),
            severity: record.severityText,
            traceId: record.traceId,
            spanId: record.spanId,
            attributes: attributesOf(record),
            resource: attributesOf(resource),
          });
        }
      }
      for (const { scopeMetrics } of body.resourceMetrics ?? []) {
        for (const { scope, metrics: notified } of scopeMetrics) {
          if (scope.name === "plumbline") for (const { name, unit = "" } of notified) metrics.set(name, unit);
        }
      }
      const type = isJson ? "application/json" : "application/x-protobuf";
      response.writeHead(200, { "content-type": type }).end(isJson ? "{}" : "");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    spans,
    logs,
    metrics,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise((closed) => void server.close(() => closed()).closeAllConnections()),
  };
}

export function attributesOf({
  attributes = [],
}: {
  readonly attributes?: readonly WireAttribute[];
}): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: Readonly<Record<string, unknown>>): unknown {
  const [[kind, it] = ["", undefined]] = Object.entries(value);
  if (kind === "arrayValue") return ((it as { values?: Record<string, unknown>[] }).values ?? []).map(plain);
  return kind === "intValue" ? Number(it) : it;
}

/** A span and what is below it, in the order of names; `!` marks an error. */
export interface Tree {
  readonly [name: string]: Tree;
}

export function treeOf(spans: readonly WireSpan[], root: WireSpan): Tree {
  const name = root.status?.code === 2 ? `${root.name} !` : root.name;
  const below = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
  return { [name]: Object.assign({}, ...below.map((span) => treeOf(spans, span))) as Tree };
}
