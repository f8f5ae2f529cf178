interface Place {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/** What REDIS_URL says: one server, Sentinels that know which one is the master now, or some nodes of a cluster. */
export type RedisAddress =
  | { readonly kind: "single"; readonly url: string; readonly isTls: boolean }
  | (Login & {
      readonly kind: "sentinel";
      readonly sentinels: readonly Place[];
      readonly master: string;
      readonly db: number;
    })
  | (Login & { readonly kind: "cluster"; readonly nodes: readonly Place[] });

const several = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^/?#]*))?(?:\/(\d{1,4}))?\/?$/;

/**
 * `redis://…` and `rediss://…` as usual; `redis+sentinel://:password@one:26379,two:26379/master/0`;
 * `redis+cluster://:password@one:6379,two:6379`; both with `rediss` for TLS. Undefined when it is none of these.
 */
export function redisAddressOf(url: string): RedisAddress | undefined {
  if (/^rediss?:\/\//.test(url)) {
    return URL.canParse(url) && new URL(url).hostname !== ""
      ? { kind: "single", url, isTls: url.startsWith("rediss:") }
      : undefined;
  }
  const [, scheme, kind, login, hosts = "", master = "", db] = several.exec(url) ?? [];
  const places = hosts.split(",").map((text) => placeOf(text, kind === "sentinel" ? 26_379 : 6379));
  if (places.some((place) => place === undefined)) return undefined;
  const known = places.filter((place) => place !== undefined);
  const who = { isTls: scheme === "rediss", ...loginOf(login) };
  if (kind === "cluster") return master === "" ? { kind, nodes: known, ...who } : undefined;
  return kind === "sentinel" && master !== ""
    ? { kind, sentinels: known, master: decoded(master), db: Number(db ?? 0), ...who }
    : undefined;
}

function placeOf(text: string, defaultPort: number): Place | undefined {
  const [, host, port] = /^(\[[0-9a-f:]+\]|[^:\s[\]]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === undefined) return undefined;
  return { host: host.replace(/^\[|\]$/g, ""), port: port === undefined ? defaultPort : Number(port) };
}

function loginOf(text: string | undefined): { username?: string; password?: string } {
  if (text === undefined || text === "") return {};
  const colon = text.indexOf(":");
  const [username, password] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  return {
    ...(username !== "" && { username: decoded(username) }),
    ...(password !== "" && { password: decoded(password) }),
  };
}

/** A stray per cent sign means itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
