/** One request, as far as delivering an alert needs it. */
export interface PostRequest {
  /** POST when left out. */
  readonly method?: "PUT" | undefined;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the look-up, the connection, the request and the status of the reply; its body has two seconds more at most. */
  readonly timeoutMs: number;
  /** Permits plain http, loopback and private addresses. */
  readonly allowPrivate: boolean;
  readonly route?: Route | undefined;
}

/** How one receiver is reached, where it differs from the others. */
export interface Route {
  /** URL of its proxy, or `none`. */
  readonly proxy?: string | undefined;
  /** PEM of the authorities to trust. */
  readonly ca?: string | undefined;
}

/** The receiver replied, with whatever status. */
export interface PostReply {
  readonly kind: "reply";
  readonly status: number;
  /** The raw header. */
  readonly retryAfter?: string | undefined;
  /** The first 4 kB of the body, as far as it came within two seconds. Left out: none came. Never stored whole. */
  readonly body?: string | undefined;
  /** Of a mail that others have got: the statuses of the addresses that the server refused. */
  readonly missed?: readonly number[] | undefined;
}

/** No complete reply came. `detail` says it in words, or is an error code; never the URL, which may hold a secret. */
export interface PostFault {
  readonly kind: "fault";
  readonly class: PostFaultClass;
  readonly detail?: string | undefined;
}

/** The first four forbid the request, whenever it is tried; nothing was sent. */
export type PostFaultClass =
  | "bad-url"
  | "https-required"
  | "tls-required"
  | "forbidden-address"
  /** DNS gave a name an address that is not allowed; the next answer may be another. */
  | "forbidden-answer"
  | "dns"
  | "connect"
  | "tls"
  | "reset"
  | "timeout";

/** The port. Never rejects: a receiver's fault is a value. */
export interface Poster {
  post(request: PostRequest): Promise<PostReply | PostFault>;
}
