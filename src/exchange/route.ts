import type { ClientPolicy, SecretRef } from "../probe/target.ts";
import { isExempt } from "../std/no-proxy.ts";
import { type Connector, throughProxy, type TlsTexts } from "../std/tunnel.ts";

/** What lies outside the configuration and decides how a target is reached. */
export interface Surroundings {
  /** The value behind a reference; it is hidden from then on. */
  readonly secret: (ref: SecretRef) => string | undefined;
  /** The value of a reference that is no secret, such as a certificate. */
  readonly plain: (ref: SecretRef) => string | undefined;
  /** The proxy of the environment, for https. */
  readonly proxy: () => string | undefined;
  /** Hosts that are reached without the proxy of the environment. */
  readonly noProxy: string;
}

/** What undici takes: how to connect itself, or who connects for it. */
export type Connecting = Connector | ({ readonly timeout: number } & TlsTexts);

/** How undici is to connect: straight, or through the proxy, with the certificates of the target. */
export function connectionTo(url: URL, policy: ClientPolicy, outside: Surroundings): Connecting {
  const { connectMs, tls: { serverName, ...files } = {} } = policy;
  const tls = {
    ...(files.ca && { ca: outside.plain(files.ca) }),
    ...(files.cert && { cert: outside.plain(files.cert) }),
    ...(files.key && { key: outside.secret(files.key) }),
    ...(serverName !== undefined && { servername: serverName }),
  };
  const timeoutMs = connectMs + 1000;
  const proxy = proxyOf(url, policy, outside);
  return proxy === undefined ? { timeout: timeoutMs, ...tls } : throughProxy(proxy, tls, timeoutMs);
}

/** The proxy of the target's own settings, else for https that of the environment. */
function proxyOf(url: URL, { proxy }: ClientPolicy, { secret, noProxy, ...outside }: Surroundings): URL | undefined {
  if (proxy === "none") return undefined;
  if (proxy !== undefined) return URL.parse(typeof proxy === "string" ? proxy : (secret(proxy) ?? "")) ?? undefined;
  if (url.protocol !== "https:" || isExempt(url, noProxy)) return undefined;
  return URL.parse(outside.proxy() ?? "") ?? undefined;
}
