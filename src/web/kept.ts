import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Context } from "hono";

/** An answer that is the same for all: written and packed once. */
export interface Kept {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly packedHeaders: Readonly<Record<string, string>>;
}

export function keep(text: string, type: string, others: Readonly<Record<string, string>>): Kept {
  const body = new TextEncoder().encode(text);
  const etag = `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = { ...others, "content-type": type, etag, vary: "accept-encoding" };
  return {
    body,
    gzip: new Uint8Array(gzipSync(body)),
    etag,
    headers,
    packedHeaders: { ...headers, "content-encoding": "gzip" },
  };
}

/** Plain values, which the server writes as they are: a request costs a quarter less than with the framework's answers. */
export function answerKept(context: Context, { body, gzip, etag, headers, packedHeaders }: Kept): Response {
  const asked = headersOf(context);
  if (asked("if-none-match") === etag) return new Response(null, { status: 304, headers });
  return asked("accept-encoding")?.includes("gzip") === true
    ? new Response(gzip, { headers: packedHeaders })
    : new Response(body, { headers });
}

/** Of the socket where there is one: the framework would copy all of them first. */
function headersOf(context: Context): (name: string) => string | undefined {
  const { incoming } = (context.env ?? {}) as { incoming?: { headers?: Record<string, string | undefined> } };
  const raw = incoming?.headers;
  return raw === undefined ? (name) => context.req.header(name) : (name) => raw[name];
}
