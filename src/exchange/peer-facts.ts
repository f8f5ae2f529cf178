import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import type { Connecting } from "./route.ts";

/** What the handshake showed of the other side; kept for the words of a fault. */
export interface PeerFacts {
  /** When its certificate ends, as OpenSSL prints it. */
  validTo?: string;
  /** It asked for a client certificate. */
  wantsCertificate?: boolean;
}

type Opens = (...values: Parameters<ReturnType<typeof buildConnector>>) => unknown;

/**
 * Connects as `connecting` says, and notes what the handshake shows before anybody judges it: a socket that Node has
 * refused has no certificate any more.
 */
export function noting(connecting: Connecting, facts: PeerFacts): ReturnType<typeof buildConnector> {
  if (typeof connecting === "function") {
    return (options, callback) => connecting({ ...options, onTls: (socket) => note(socket, facts) }, callback);
  }
  const connect: Opens = buildConnector(connecting);
  return (options, callback) => {
    const socket = connect(options, callback);
    if (socket instanceof TLSSocket) note(socket, facts);
  };
}

function note(socket: TLSSocket, facts: PeerFacts): void {
  socket.prependOnceListener("secure", () => {
    facts.validTo = socket.getPeerCertificate().valid_to;
    // A client has shared signature algorithms only after a request for its certificate.
    facts.wantsCertificate = socket.getSharedSigalgs().length > 0;
  });
}
