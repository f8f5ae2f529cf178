import type { Alerting } from "../probe/alerting.ts";
import type { Probe } from "../probe/probe.ts";
import type { Receiver } from "../probe/receiver.ts";
import type { Target, SecretRef } from "../probe/target.ts";

/** A valid configuration with all defaults applied. */
export interface Config {
  readonly targets: readonly Target[];
  readonly probes: readonly Probe[];
  readonly receivers: readonly Receiver[];
  /** Who is notified of what, and when. */
  readonly alerting: Alerting;
  /** Retention of runs and observations in whole days. */
  readonly retentionDays: number;
  /** Where the web role listens. */
  readonly listen: { readonly host: string; readonly port: number };
  /** A dead man's switch, posted to while everything works. */
  readonly heartbeat?: Heartbeat | undefined;
  /** Who may use the API; empty: only from the same machine. */
  readonly apiTokens: readonly ApiToken[];
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** They name who sends a request, and may be believed. */
  readonly trustedProxy?:
    | { readonly userHeader: string; readonly writers: "everybody" | readonly string[] }
    | undefined;
  /** People sign in at an identity provider. */
  readonly openId?: OpenIdPolicy | undefined;
  /** Pages that everybody may read. */
  readonly statusPages?: readonly StatusPage[] | undefined;
  /** One more address, for them alone. */
  readonly statusListen?: Config["listen"] | undefined;
  /** Alerts carry links to act on incidents. */
  readonly actionLinks?: ActionLinkPolicy | undefined;
}

/** How people sign in with OpenID Connect, and what they may do. */
export interface OpenIdPolicy {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: SecretRef;
  /** The claim that names a person. */
  readonly nameClaim: string;
  readonly readers: "everybody" | readonly string[];
  readonly writers: readonly string[];
}

export interface StatusPage {
  readonly name: string;
  readonly title: string;
  readonly targets: readonly { readonly target: string; readonly publicName: string }[];
}

/** One mistake in a configuration, and how to correct it. */
export interface Problem {
  readonly file: string;
  /** 1-based; undefined if the problem has no place in the text, such as a missing section. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** `probes[2].every` */
  readonly path: string;
  readonly expected: string;
  /** What was found, shortened; never the text of something that looks like a secret. */
  readonly got: string;
  /** The next step: `did you mean "every"?` */
  readonly hint?: string | undefined;
}

export interface Heartbeat {
  readonly url: string | SecretRef;
  readonly everyMs: number;
  readonly allowPrivate: boolean;
}

export interface ActionLinkPolicy {
  /** Where people reach the service, without a slash at its end. */
  readonly publicUrl: string;
  readonly key: SecretRef;
}

export interface ApiToken {
  readonly name: string;
  readonly scope: "read" | "write";
  readonly token: SecretRef;
}
