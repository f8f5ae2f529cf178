/**
 * A fault of ours, played to the client in the target's place: the request is written to a wire that leads nowhere, and
 * what comes back is the script. Nothing reaches the target and nothing is billed.
 */
export interface Injection {
  /** `503 with Retry-After`: what is played, for people. */
  readonly name: string;
  /** `hang`: the connection is never established. */
  readonly connect: "open" | "hang";
  /** What comes back once the whole request was written; each piece waits for the one before. */
  readonly script: readonly Piece[];
  /** What the other side does after its last piece. */
  readonly end: "close" | "hang" | "reset";
}

interface Piece {
  readonly afterMs: number;
  /** Byte-exact, head included. */
  readonly bytes: string;
}

/** A whole HTTP reply with a JSON body. */
export function injectedReply(
  name: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Injection {
  const length = Buffer.byteLength(body);
  const head = headOf(status, { "content-type": "application/json", ...headers, "content-length": String(length) });
  return { name, connect: "open", script: [{ afterMs: 0, bytes: head + body }], end: "close" };
}

/** The connection is reset as soon as the request was written. */
export const injectedReset: Injection = { name: "connection reset", connect: "open", script: [], end: "reset" };

/** The other side goes silent at one point of a streamed reply and never says another word. */
export type Silence = "connect" | "headers" | "first content" | "mid-stream" | "trickle";

/** `content`: one event of the stream that has content. */
export function injectedSilence(at: Silence, content: string): Injection {
  const name = `silence: ${at}`;
  if (at === "connect") return { name, connect: "hang", script: [], end: "hang" };
  if (at === "headers") return { name, connect: "open", script: [], end: "hang" };
  const begun = [{ afterMs: 0, bytes: streamHead() }];
  if (at === "first content") return { name, connect: "open", script: begun, end: "hang" };
  const piece = { afterMs: 20, bytes: content };
  if (at === "mid-stream") return { name, connect: "open", script: [...begun, piece], end: "hang" };
  return { name, connect: "open", script: [...begun, ...Array<Piece>(400).fill(piece)], end: "hang" };
}

/** Status 200, some content, then an error event, and the end of the connection with the stream unfinished. */
export function injectedStreamError({ content, error }: { content: string; error: string }): Injection {
  const pieces = [
    { afterMs: 0, bytes: streamHead() },
    { afterMs: 5, bytes: content },
    { afterMs: 5, bytes: error },
  ];
  return { name: "error inside a 200 stream", connect: "open", script: pieces, end: "close" };
}

function streamHead(): string {
  return headOf(200, { "content-type": "text/event-stream", connection: "close" });
}

function headOf(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Injected\r\n${lines.join("")}\r\n`;
}
