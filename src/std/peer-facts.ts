import { TLSSocket } from "node:tls";
import type { Connector } from "./tunnel.ts";

/** What the handshake showed of the other side; kept for the words of a fault. */
export interface PeerFacts {
  /** When its certificate ends, as OpenSSL prints it. */
  validTo?: string;
  /** It asked for a client certificate. */
  wantsCertificate?: boolean;
}

/**
 * Connects as `connect` does, and notes what the handshake shows before anybody judges it: a socket that Node has
 * refused has no certificate any more. `connect` returns the socket, or hands it to `onTls`.
 */
export function noting<Options extends object>(
  connect: (options: Options & Pick<Parameters<Connector>[0], "onTls">, callback: Parameters<Connector>[1]) => unknown,
  facts: PeerFacts,
): (options: Options, callback: Parameters<Connector>[1]) => void {
  return (options, callback) => {
    const socket = connect({ ...options, onTls: (opened) => note(opened, facts) }, callback);
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
