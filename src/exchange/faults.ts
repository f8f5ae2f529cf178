import { localLimits, type TransportFault } from "./exchange.ts";

/** What an error of the network layer means. `headersSeen`: the reply had begun. */
export function faultOf(error: unknown, headersSeen: boolean): TransportFault {
  const code = codeOf(error);
  const limit = localLimits.find((it) => it === code);
  if (limit !== undefined) return { kind: "fault", class: "local", limit };
  if (["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA"].includes(code)) return { kind: "fault", class: "dns" };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { kind: "fault", class: "timeout", phase: "connect" };
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"].includes(code)) {
    return { kind: "fault", class: "connect" };
  }
  if (isTls(code)) return { kind: "fault", class: "tls" };
  return { kind: "fault", class: headersSeen ? "truncated" : "reset" };
}

function isTls(code: string): boolean {
  return (
    /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(code) ||
    code === "EPROTO"
  );
}

/** Several addresses were tried: the first error speaks for all. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== "object" || error === null) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? codeOf(error.cause) : "";
}
