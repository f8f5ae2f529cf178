import { createTransport } from "nodemailer";
import { rootOf } from "../../std/connection-fault.ts";
import type { Mailer, MailRequest } from "./mailer.ts";
import type { PostFault, PostReply } from "./poster.ts";
import {
  type ConnectOptions,
  fault,
  faultOfError,
  noAddress,
  permittedAddresses,
  systemAddresses,
  type ResolvedAddress,
} from "./resolve-address.ts";

/**
 * Sends over a connection of its own to an address that was checked, as the poster does. TLS is always verified, for
 * the name and not the address; what is to be encrypted is never sent in clear.
 */
export function createMailer({ lookup = systemAddresses, ca }: ConnectOptions = {}): Mailer {
  return {
    async send(mail) {
      const { server, allowPrivate, timeoutMs } = mail;
      if (server.security === "none" && !allowPrivate) return fault("tls-required");
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), timeoutMs);
      try {
        const addresses = await permittedAddresses(server.host, allowPrivate, lookup, deadline.signal);
        if ("kind" in addresses) return addresses;
        return await firstThatConnects(mail, addresses, mail.route?.ca ?? ca, deadline.signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Tries the addresses in order. Once one has been connected to, its result counts: the mail may have been taken. */
async function firstThatConnects(
  mail: MailRequest,
  addresses: readonly ResolvedAddress[],
  ca: string | undefined,
  deadline: AbortSignal,
): Promise<PostReply | PostFault> {
  let result: PostReply | PostFault = noAddress;
  for (const [index, { address }] of addresses.entries()) {
    const connectMs = mail.timeoutMs / (addresses.length - index);
    const { isConnected, ...answer } = await converse(mail, address, connectMs, ca, deadline);
    result = answer;
    if (isConnected || deadline.aborted) break;
  }
  return result;
}

async function converse(
  mail: MailRequest,
  address: string,
  connectMs: number,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<(PostReply | PostFault) & { readonly isConnected: boolean }> {
  const { host, port, security, login } = mail.server;
  const transport = createTransport({
    host: address,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { servername: host, rejectUnauthorized: true, minVersion: "TLSv1.2", ...(ca === undefined ? {} : { ca }) },
    connectionTimeout: connectMs,
    greetingTimeout: mail.timeoutMs,
    socketTimeout: mail.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
  });
  try {
    const { response, rejectedErrors = [] } = await transport.sendMail({
      from: { name: mail.from.name ?? "", address: mail.from.address },
      to: mail.to.map((one) => ({ name: "", address: one })),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: mail.messageId,
      inReplyTo: mail.inReplyTo,
      references: [mail.inReplyTo],
      date: new Date(mail.atMs),
      ...(mail.isUrgent ? { priority: "high" as const } : {}),
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
      signal,
    });
    const missed = rejectedErrors.map(({ responseCode }) => responseCode ?? notAccepted);
    return { kind: "reply", status: statusIn(response), ...(missed.length > 0 && { missed }), isConnected: true };
  } catch (error) {
    const result = signal.aborted ? fault("timeout") : resultOf(error);
    return { ...result, isConnected: !isConnectError(result, error) };
  } finally {
    transport.close();
  }
}

const accepted = 250;
const notAccepted = 550;

function statusIn(response: string): number {
  const status = Number(/^\d{3}/.exec(response)?.[0]);
  return Number.isNaN(status) ? accepted : status;
}

/** A server that said no has replied; everything else is a fault. Messages are not kept: they quote addresses. */
function resultOf(error: unknown): PostReply | PostFault {
  if (hasOriginalCode(error)) return faultOfError(Object.assign(error, { code: error.originalCode }));
  const { code } = rootOf(error);
  if (code === "ETLS") return fault("tls", "the server offers no TLS");
  if (error instanceof Error && "responseCode" in error && typeof error.responseCode === "number") {
    return { kind: "reply", status: error.responseCode };
  }
  return code === "ETIMEDOUT" ? fault("timeout", timeoutOf(error)) : faultOfError(error);
}

/** nodemailer says of its own deadlines only which one passed. */
function timeoutOf(error: unknown): string | undefined {
  return isConnectTimeout(error) ? "connect" : undefined;
}

/** Nobody was reached at the address, so no mail can have been taken there. */
function isConnectError(result: PostReply | PostFault, error: unknown): boolean {
  if (result.kind === "fault" && result.class === "connect") return true;
  return isConnectTimeout(error);
}

function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && "timeoutType" in error && error.timeoutType === "CONNECT_TIMEOUT";
}

/** nodemailer puts codes of its own on errors of the connection, and keeps what happened beside them. */
function hasOriginalCode(error: unknown): error is Error & { readonly originalCode: string } {
  return error instanceof Error && "originalCode" in error && typeof error.originalCode === "string";
}
