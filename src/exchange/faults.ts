import { minuteText } from "../std/time.ts";
import { localLimits, type Reply, type TransportFault } from "./exchange.ts";
import type { PeerFacts } from "./peer-facts.ts";

const wantsCertificate = "wants a client certificate";

type Known = readonly [codes: RegExp, fault: Pick<TransportFault, "class">["class"], words: string];

/** What the codes of Node and undici mean, the first that matches. */
const known: readonly Known[] = [
  [/^ENOTFOUND$/, "dns", "no such host"],
  [/^(EAI_AGAIN|EAI_FAIL|EAI_NODATA)$/, "dns", "the name server does not answer"],
  [/^ECONNREFUSED$/, "connect", "connection refused"],
  [/^(EHOSTUNREACH|ENETUNREACH)$/, "connect", "no route to the host"],
  [/^ETIMEDOUT$/, "connect", "the host does not answer"],
  [/^PROXY_\d/, "connect", "the proxy refused the connection"],
  [/^PROXY_/, "connect", "the proxy cannot be reached"],
  [/^CERT_HAS_EXPIRED$/, "tls", "certificate expired"],
  [/^CERT_NOT_YET_VALID$/, "tls", "certificate is not valid yet"],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED)/, "tls", "certificate not trusted, it is self-signed"],
  [/^(UNABLE_TO_|INVALID_CA)/, "tls", "certificate not trusted, its authority is unknown"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "tls", "certificate is for another host"],
  [/^ERR_SSL_.*(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)/, "tls", `the server ${wantsCertificate}`],
  [/^ERR_SSL_.*HANDSHAKE_FAILURE/, "tls", "the server refused the handshake, it may want a client certificate"],
  [/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/, "tls", "the handshake failed"],
];

/** Words that say everything: their code would only be noise. Of the others, the code says which. */
const isVague = (words: string): boolean => words.startsWith("the proxy") || words === "the handshake failed";

/** Where the attempt went: the host and port of its URL, and what the handshake showed. */
export interface Whither extends PeerFacts {
  readonly host: string;
}

/** What an error of the network layer means. `begun`: what has come of the reply, at least its headers. */
export function faultOf(error: unknown, begun: Reply | undefined, whither?: Whither): TransportFault {
  const { code, name, message, tried } = rootOf(error);
  const limit = localLimits.find((it) => it === code);
  if (limit !== undefined) return { kind: "fault", class: "local", limit, partial: begun };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { kind: "fault", class: "timeout", phase: "connect" };
  const found = known.find(([codes]) => codes.test(code));
  if (found !== undefined) {
    const [, kind, words] = found;
    const until = words === "certificate expired" ? endOf(whither?.validTo) : "";
    const at = isVague(words) ? code : (tried ?? whither?.host);
    const detail = `${words}${until}${at === undefined ? "" : ` (${at})`}`;
    return { kind: "fault", class: kind, detail } as TransportFault;
  }
  if (name === "HTTPParserError" && !(message.includes("EOF") && begun !== undefined)) {
    return { kind: "fault", class: "malformed", detail: /\(([A-Za-z0-9 ,/'-]{1,80})\)$/.exec(message)?.[1] };
  }
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return { kind: "fault", class: "malformed", detail: framingOf(begun), partial: begun };
  }
  if (begun !== undefined) return { kind: "fault", class: "truncated", partial: begun };
  if (whither?.wantsCertificate === true) {
    // A server that asked for a certificate and closes without a word did not like the answer.
    return { kind: "fault", class: "tls", detail: `the server ${wantsCertificate} (${whither.host})` };
  }
  return { kind: "fault", class: "reset", detail: code === "UND_ERR_SOCKET" ? "closed without a reply" : undefined };
}

/** ` 2026-11-22 23:59 UTC` of `Nov 22 23:59:59 2026 GMT`. */
function endOf(validTo = ""): string {
  const atMs = Date.parse(validTo);
  return Number.isNaN(atMs) ? "" : ` ${minuteText(atMs)}`;
}

/** The parser stops within the headers only where their length contradicts something else in them. */
function framingOf(begun: Reply | undefined): string {
  return begun === undefined
    ? "Content-Length and Transfer-Encoding together, or two lengths"
    : "the body does not have the length that Content-Length says";
}

interface Root {
  readonly code: string;
  readonly name: string;
  readonly message: string;
  /** The addresses, or the name for which there is none. */
  readonly tried: string | undefined;
}

const mostTried = 3;

/** Several addresses may have been tried: the first error speaks for all. */
function rootOf(error: unknown): Root {
  if (error instanceof AggregateError && error.errors.length > 0) {
    const all = error.errors.map((one) => rootOf(one));
    const tried = all.flatMap((one) => one.tried ?? []).slice(0, mostTried);
    return { ...rootOf(error.errors[0]), tried: tried.length === 0 ? undefined : tried.join(", ") };
  }
  if (!(error instanceof Error)) return { code: "", name: "", message: "", tried: undefined };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "" && error.cause !== undefined) return rootOf(error.cause);
  return { code, name: error.name, message: error.message, tried: addressOf(error) };
}

function addressOf(error: Error): string | undefined {
  const { address, port, hostname } = error as { address?: unknown; port?: unknown; hostname?: unknown };
  if (typeof address === "string" && typeof port === "number") {
    return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  }
  return typeof hostname === "string" ? hostname : undefined;
}
