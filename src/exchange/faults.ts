import { localLimits, type Reply, type TransportFault } from "./exchange.ts";

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
  [/^CERT_HAS_EXPIRED$/, "tls", "certificate has expired"],
  [/^CERT_NOT_YET_VALID$/, "tls", "certificate is not valid yet"],
  [/^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED)/, "tls", "certificate is self-signed"],
  [/^(UNABLE_TO_|INVALID_CA)/, "tls", "certificate is from an unknown authority"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "tls", "certificate is for another host"],
  [/^ERR_SSL_.*(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE)/, "tls", "a client certificate is required"],
  [/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/, "tls", "the handshake failed"],
];

/** What an error of the network layer means. `begun`: what has come of the reply, at least its headers. */
export function faultOf(error: unknown, begun: Reply | undefined): TransportFault {
  const { code, name, message } = rootOf(error);
  const limit = localLimits.find((it) => it === code);
  if (limit !== undefined) return { kind: "fault", class: "local", limit, partial: begun };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { kind: "fault", class: "timeout", phase: "connect" };
  const found = known.find(([codes]) => codes.test(code));
  if (found !== undefined) return { kind: "fault", class: found[1], detail: `${found[2]} (${code})` } as TransportFault;
  if (name === "HTTPParserError" && !(message.includes("EOF") && begun !== undefined)) {
    return { kind: "fault", class: "malformed", detail: /\(([A-Za-z0-9 ,/'-]{1,80})\)$/.exec(message)?.[1] };
  }
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return { kind: "fault", class: "malformed", detail: framingOf(begun), partial: begun };
  }
  if (begun !== undefined) return { kind: "fault", class: "truncated", partial: begun };
  return { kind: "fault", class: "reset", detail: code === "UND_ERR_SOCKET" ? "closed without a reply" : undefined };
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
}

/** Several addresses were tried: the first error speaks for all. */
function rootOf(error: unknown): Root {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  if (!(error instanceof Error)) return { code: "", name: "", message: "" };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "" && error.cause !== undefined) return rootOf(error.cause);
  return { code, name: error.name, message: error.message };
}
