import { Cluster, Redis } from "ioredis";
import { type RedisAddress, redisAddressOf } from "./redis-address.ts";
import type { RedisRetries } from "./redis-connections.ts";

/** Texts in PEM: whom to trust, and who we are. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface RedisAccess {
  readonly url: string;
  readonly tls?: RedisTls | undefined;
  /** Of the Sentinels themselves, where they ask for one. */
  readonly sentinelPassword?: string | undefined;
}

/** Makes one connection each time it is called, by what the URL says. Throws for a URL that is none of Redis. */
export function redisClients(access: RedisAccess): (options: RedisRetries) => Redis | Cluster {
  const address = redisAddressOf(access.url);
  if (address === undefined) throw new Error("REDIS_URL is not a Redis URL");
  return (options) => clientOf(address, access, options);
}

function clientOf(
  address: RedisAddress,
  { tls, sentinelPassword }: RedisAccess,
  options: RedisRetries,
): Redis | Cluster {
  const common = { connectionName: "plumbline", ...(tls !== undefined && { tls }), ...options };
  if (address.kind === "single") return new Redis(address.url, common);
  const { isTls, username, password } = address;
  const login = {
    ...common,
    ...(isTls && { tls: tls ?? {} }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  switch (address.kind) {
    case "sentinel":
      return new Redis({
        ...login,
        sentinels: [...address.sentinels],
        name: address.master,
        db: address.db,
        enableTLSForSentinelMode: isTls,
        ...(sentinelPassword !== undefined && { sentinelPassword }),
      });
    case "cluster":
      return new Cluster([...address.nodes], {
        redisOptions: login,
        // Names stay names: the certificate is for them, not for the addresses behind them.
        ...(isTls && { dnsLookup: (host: string, done: (error: null, host: string) => void) => done(null, host) }),
      });
    default:
      return address satisfies never;
  }
}
