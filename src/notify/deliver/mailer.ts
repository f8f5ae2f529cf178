import type { PostFault, PostReply, Route } from "./poster.ts";

export interface MailAddress {
  readonly name?: string | undefined;
  readonly address: string;
}

/** One mail, as far as delivering an alert needs it. */
export interface MailRequest {
  readonly server: MailServer;
  readonly from: MailAddress;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With its angle brackets. */
  readonly messageId: string;
  /** What the mails of one incident have in common: the id that they all reply to. */
  readonly inReplyTo: string;
  readonly atMs: number;
  readonly isUrgent: boolean;
  /** For all of it: look-up, connection, TLS, log-in and the whole conversation. */
  readonly timeoutMs: number;
  /** Permits mail without TLS and addresses that are not public unicast. */
  readonly allowPrivate: boolean;
  readonly route?: Pick<Route, "ca"> | undefined;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` is required, not tried. */
  readonly security: "tls" | "starttls" | "none";
  readonly login?: { readonly user: string; readonly password: string } | undefined;
}

/** The port. Never rejects. A reply's status is the server's last SMTP code. */
export interface Mailer {
  send(mail: MailRequest): Promise<PostReply | PostFault>;
}
