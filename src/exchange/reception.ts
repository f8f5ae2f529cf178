import { parseJson } from "../std/json.ts";
import type { Body, HttpRequest, Outcome, Reply, StreamReader, Timings, TransportFault } from "./exchange.ts";
import type { Progress } from "./watchdog.ts";

interface Limits {
  readonly maxEvents: number;
  readonly maxBodyBytes: number;
}

/** A reply as it comes in: what there is of it, and when each part came. Pure but for its own state. */
export interface Reception {
  readonly progress: Progress;
  /** The reply is complete, however long its connection lingers. */
  isWhole(): boolean;
  sent(atMs: number): void;
  begin(status: number, headers: RawHeaders, atMs: number): void;
  /** False: the body is larger than allowed. */
  add(piece: Uint8Array, atMs: number): boolean;
  /** `faultOf`: why there is no more, given what has come. */
  end(totalMs: number, faultOf?: FaultOf): { readonly outcome: Outcome; readonly timings: Timings };
}

export type FaultOf = (begun: Reply | undefined) => TransportFault;

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function openReception({ reader }: HttpRequest, limits: Limits, wasConnected: boolean): Reception {
  const progress: Progress = { contentSettled: true, connectedMs: wasConnected ? 0 : undefined };
  const stamps: { sentMs?: number; firstByteMs?: number; largestGapMs?: number } = {};
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let status = 0;
  let headers: Readonly<Record<string, string>> = {};
  let stream: StreamReader | undefined;

  return {
    progress,
    isWhole: () => stream?.isDone() === true,
    sent: (atMs) => void (stamps.sentMs = atMs),
    begin(statusCode, rawHeaders, atMs) {
      progress.headersMs = atMs;
      status = statusCode;
      headers = flatten(rawHeaders);
      if (headers["content-type"]?.startsWith("text/event-stream") !== true) return;
      stream = reader.openStream(limits.maxEvents);
      progress.contentSettled = false;
    },
    add(piece, atMs) {
      stamps.firstByteMs ??= atMs;
      if (progress.lastPieceMs !== undefined) {
        stamps.largestGapMs = Math.max(stamps.largestGapMs ?? 0, atMs - progress.lastPieceMs);
      }
      progress.lastPieceMs = atMs;
      bytes += piece.length;
      if (bytes > limits.maxBodyBytes) return false;
      if (stream === undefined) return pieces.push(piece) > 0;
      if (!stream.feed(piece, atMs)) return false;
      progress.contentSettled = stream.hasContent();
      if (stream.isFinished()) progress.finishedMs ??= atMs;
      return true;
    },
    end(endedMs, faultOf) {
      const streamed = stream?.end();
      const connectedMs = wasConnected ? undefined : progress.connectedMs;
      const { doneMs } = streamed?.stamps ?? {};
      const timings = {
        connectedMs,
        headersMs: progress.headersMs,
        ...stamps,
        ...streamed?.stamps,
        ...(doneMs !== undefined && faultOf === undefined && { endedMs }),
        totalMs: doneMs ?? endedMs,
      };
      const body: Body =
        streamed === undefined
          ? bodyOf(pieces, bytes)
          : { form: "stream", chunks: streamed.chunks, end: streamed.end, bytes };
      const reply: Reply = { kind: "reply", status, headers, body };
      if (faultOf === undefined || doneMs !== undefined) return { outcome: reply, timings };
      const fault = faultOf(progress.headersMs === undefined ? undefined : reply);
      // All of the answer is there: only the end is missing.
      const isEndless = fault.class === "timeout" && progress.finishedMs !== undefined && body.form === "stream";
      if (!isEndless) return { outcome: fault, timings };
      return { outcome: { ...reply, body: { ...body, end: "never-ends" } }, timings };
    },
  };
}

function flatten(headers: RawHeaders): Record<string, string> {
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
