import { connectionFault, rootOf, unwantedCertificate, type Whither } from "../std/connection-fault.ts";
import { localLimits, type Reply, type TransportFault } from "./exchange.ts";

/** What an error of the network layer means. `begun`: what has come of the reply, at least its headers. */
export function faultOf(error: unknown, begun: Reply | undefined, whither?: Whither): TransportFault {
  const root = rootOf(error);
  const { code, name, message } = root;
  const limit = localLimits.find((it) => it === code);
  if (limit !== undefined) return { kind: "fault", class: "local", limit, partial: begun };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { kind: "fault", class: "timeout", phase: "connect" };
  const found = connectionFault(root, whither);
  if (found !== undefined) return { kind: "fault", ...found };
  if (name === "HTTPParserError" && !(message.includes("EOF") && begun !== undefined)) {
    return { kind: "fault", class: "malformed", detail: /\(([A-Za-z0-9 ,/'-]{1,80})\)$/.exec(message)?.[1] };
  }
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return { kind: "fault", class: "malformed", detail: framingOf(begun), partial: begun };
  }
  if (begun !== undefined) return { kind: "fault", class: "truncated", partial: begun };
  const unwanted = unwantedCertificate(whither);
  if (unwanted !== undefined) return { kind: "fault", ...unwanted };
  return { kind: "fault", class: "reset", detail: code === "UND_ERR_SOCKET" ? "closed without a reply" : undefined };
}

/** The parser stops within the headers only where their length contradicts something else in them. */
function framingOf(begun: Reply | undefined): string {
  return begun === undefined
    ? "Content-Length and Transfer-Encoding together, or two lengths"
    : "the body does not have the length that Content-Length says";
}
