import type { PeerFacts } from "./peer-facts.ts";
import { minuteText } from "./time.ts";

/** Why there was no connection, in words: the same for targets and receivers. */
export interface ConnectionFault {
  readonly class: "dns" | "connect" | "tls";
  /** Such as `connection refused (10.0.0.1:443)`. */
  readonly detail: string;
}

const wantsCertificate = "wants a client certificate";

/** What the codes of Node and undici mean, the first that matches. */
const known: readonly (readonly [codes: RegExp, fault: ConnectionFault["class"], words: string])[] = [
  [/^ENOTFOUND$/, "dns", "no such host"],
  [/^ENODATA$/, "dns", "the name has no address"],
  [/^(EAI_AGAIN|EAI_FAIL|EAI_NODATA)$/, "dns", "the name server does not answer"],
  [/^ECONNREFUSED$/, "connect", "connection refused"],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/, "connect", "no route to the host"],
  [/^ETIMEDOUT$/, "connect", "the host does not answer"],
  [/^(EACCES|EPERM|EADDRNOTAVAIL|EMFILE|ENFILE|ENOBUFS|ENOMEM)$/, "connect", "this machine cannot open a connection"],
  [/^PROXY_407/, "connect", "the proxy asks for a user name and password"],
  [/^PROXY_\d/, "connect", "the proxy refused the connection"],
  [/^PROXY_/, "connect", "the proxy cannot be reached"],
  [/^CERT_HAS_EXPIRED$/, "tls", "certificate expired"],
  [/^CERT_NOT_YET_VALID$/, "tls", "certificate is not valid yet"],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED)/, "tls", "certificate not trusted, it is self-signed"],
  [/^(UNABLE_TO_|INVALID_CA)/, "tls", "certificate not trusted, its authority is unknown"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "tls", "certificate is for another host"],
  [/^ERR_SSL_.*(CERTIFICATE_REQUIRED|BAD_CERTIFICATE)/, "tls", `the server ${wantsCertificate}`],
  [/^ERR_SSL_.*HANDSHAKE_FAILURE/, "tls", "the server refused the handshake, it may want a client certificate"],
  [/^(ERR_TLS|ERR_SSL|CERT_|CRL_|EPROTO)/, "tls", "the handshake failed"],
];

/** Words that leave open what happened: the code says which. Of the others, it would only be noise. */
const isVague = (words: string): boolean => /^(the proxy|the handshake failed|this machine)/.test(words);

/** Where the attempt went, and what the handshake showed. */
export interface Whither extends PeerFacts {
  /** Host and port, if they can be shown. */
  readonly host?: string | undefined;
}

/** What an error says of a connection that did not come about. Undefined: something else happened. */
export function connectionFault({ code, tried }: Pick<RootError, "code" | "tried">, to: Whither = {}) {
  const found = known.find(([codes]) => codes.test(code));
  if (found === undefined) return undefined;
  const [, kind, words] = found;
  const until = words === "certificate expired" ? endOf(to.validTo) : "";
  const at = isVague(words) ? code : (tried ?? to.host);
  return { class: kind, detail: `${words}${until}${at === undefined ? "" : ` (${at})`}` } satisfies ConnectionFault;
}

/** A server that asked for a certificate and closes without a word did not like the answer. Undefined: it did not ask. */
export function unwantedCertificate({ wantsCertificate: isAsked, host }: Whither = {}): ConnectionFault | undefined {
  if (isAsked !== true) return undefined;
  return { class: "tls", detail: `the server ${wantsCertificate}${host === undefined ? "" : ` (${host})`}` };
}

/** ` 2026-11-22 23:59 UTC` of `Nov 22 23:59:59 2026 GMT`. */
function endOf(validTo = ""): string {
  const atMs = Date.parse(validTo);
  return Number.isNaN(atMs) ? "" : ` ${minuteText(atMs)}`;
}

export interface RootError {
  readonly code: string;
  readonly name: string;
  readonly message: string;
  /** The addresses, or the name for which there is none. */
  readonly tried: string | undefined;
}

const mostTried = 3;

/** Several addresses may have been tried: the first error speaks for all. */
export function rootOf(error: unknown): RootError {
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
  if (typeof address === "string" && typeof port === "number") return hostAndPort(address, port);
  return typeof hostname === "string" ? hostname : undefined;
}

export function hostAndPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
