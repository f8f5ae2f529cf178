import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connectionFault, rootOf, unwantedCertificate } from "../../std/connection-fault.ts";
import type { PeerFacts } from "../../std/peer-facts.ts";
import { mayPostTo } from "./address-guard.ts";
import type { PostFault, PostFaultClass } from "./poster.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** How posts and mails reach a host. */
export interface ConnectOptions {
  /** Default: the system's resolver. */
  readonly lookup?: Lookup | undefined;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** The proxy for https, and the hosts that are reached without it. */
  readonly proxy?: { readonly url: string; readonly noProxy: string } | undefined;
}

/** All addresses of a name; rejects when there are none. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemAddresses: Lookup = (hostname) => systemLookup(hostname, { all: true });

/**
 * Every address of a name, looked up once, if all of them are permitted. `URL` has already turned `2130706433` and
 * `0x7f.1` into dotted form; literals must be checked here, because connectors look up names only.
 */
export async function permittedAddresses(
  hostname: string,
  allowPrivate: boolean,
  lookup: Lookup,
  deadline: AbortSignal,
): Promise<readonly ResolvedAddress[] | PostFault> {
  const addresses = await addressesOf(hostname, lookup, deadline);
  if ("kind" in addresses) return addresses;
  const forbidden = addresses.find(({ address }) => !mayPostTo(address, allowPrivate));
  if (forbidden === undefined) return addresses;
  // A literal stays what it is; a name may have another answer the next time.
  const isLiteral = isIP(literalIn(hostname)) !== 0;
  return fault(isLiteral ? "forbidden-address" : "forbidden-answer", forbidden.address);
}

export const noAddress = fault("dns", "DNS has no address for the host");

async function addressesOf(
  hostname: string,
  lookup: Lookup,
  deadline: AbortSignal,
): Promise<readonly ResolvedAddress[] | PostFault> {
  const literal = literalIn(hostname);
  const family = isIP(literal);
  if (family !== 0) return [{ address: literal, family }];
  try {
    const found = await beforeDeadline(lookup(hostname), deadline);
    if (found === undefined) return fault("timeout", "dns");
    return found.length === 0 ? noAddress : found;
  } catch (error) {
    const { code } = rootOf(error);
    return fault("dns", connectionFault({ code, tried: undefined })?.detail ?? code);
  }
}

const literalIn = (hostname: string): string => hostname.replace(/^\[|\]$/g, "");

/** A look-up can't be cancelled, only be left behind. */
async function beforeDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T | undefined> {
  const { promise: passed, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  deadline.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, passed]);
  } finally {
    deadline.removeEventListener("abort", onAbort);
  }
}

export function fault(faultClass: PostFaultClass, detail?: string): PostFault {
  return { kind: "fault", class: faultClass, ...(detail === undefined ? {} : { detail }) };
}

/** What an error of the network layer means. A host's name is left out: the address of a receiver may be secret. */
export function faultOfError(error: unknown, to: PeerFacts = {}): PostFault {
  const root = rootOf(error);
  if (root.code === "UND_ERR_CONNECT_TIMEOUT") return fault("timeout", "connect");
  const found = connectionFault(root, to) ?? unwantedCertificate(to);
  if (found !== undefined) return fault(found.class, found.detail);
  return fault("reset", root.code === "UND_ERR_SOCKET" ? "the connection closed without a reply" : root.code);
}
