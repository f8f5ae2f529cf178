import type { SecretRef } from "./target.ts";

/** Somewhere alerts go. Each kind adds what it needs: `src/receivers/<kind>/receiver.ts`. */
export interface Receiver {
  /** Its key in the configuration and in the table of `src/receivers/receivers.ts`. */
  readonly kind: string;
  readonly name: string;
  readonly url: string | SecretRef;
  /** Permits plain http and addresses that are not public unicast, such as loopback and 10.0.0.0/8. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  /** Instead of the proxy of the environment, if any: its URL, or `none`. */
  readonly proxy?: string | SecretRef | undefined;
  /** The authorities that sign its certificate, PEM, instead of the system's. */
  readonly ca?: SecretRef | undefined;
  /** The time zone of the times in its alerts; UTC when left out. */
  readonly tz?: string | undefined;
  /** Links to further information; none when left out. */
  readonly links?: readonly LinkTemplate[] | undefined;
}

/** A link that is made for each alert: `https://wiki.example.com/{{scenario}}`. */
export interface LinkTemplate {
  readonly text: string;
  readonly url: string;
}
