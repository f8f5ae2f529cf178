import { createHash } from "node:crypto";
import type { Clock } from "../std/clock.ts";
import { hourMs } from "../std/duration.ts";
import type { Scope } from "./operation.ts";

/** Somebody who has signed in with a browser. */
export interface Session {
  readonly id: string;
  /** Name of the token. */
  readonly name: string;
  readonly scope: Scope;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface SessionStore {
  addSession(session: Session, digest: string): Promise<void>;
  /** The session with one of these digests and which it was, unless it has expired. */
  sessionBy(digests: readonly string[], nowMs: number): Promise<(Session & { readonly digest: string }) | undefined>;
  /** Newest first. */
  sessions(nowMs: number): Promise<readonly Session[]>;
  endSession(id: string): Promise<boolean>;
}

export interface Sessions {
  /** Whether anybody has to sign in at all. */
  readonly areNeeded: boolean;
  /** Whether one can sign in with a token. */
  readonly haveTokens: boolean;
  /** The secret that the browser keeps; only its digest is stored. */
  begin(person: Person): Promise<Begun>;
  /** Of somebody whom the identity provider has named; undefined: that person may not even read. */
  beginNamed(name: string): Promise<Begun | undefined>;
  /** Undefined when it has expired or ended, or when the token that began it is no longer configured. */
  find(secret: string): Promise<Session | undefined>;
  list(): Promise<readonly Session[]>;
  end(id: string): Promise<boolean>;
}

interface Person {
  readonly name: string;
  readonly scope: Scope;
  readonly token: string;
}

interface SessionWorld {
  readonly store: SessionStore;
  readonly clock: Clock;
  /** A text that nobody can guess. */
  readonly freshSecret: () => string;
  /** Who may use the API now: a session lasts no longer than its token. */
  readonly people: readonly Person[];
  readonly named?: NamedPeople | undefined;
}

interface Begun {
  readonly session: Session;
  readonly secret: string;
}

/** People whom an identity provider names. */
export interface NamedPeople {
  /** Which provider it is: with another one, their sessions are over. */
  readonly provider: string;
  readonly readers: "everybody" | readonly string[];
  readonly writers: readonly string[];
}

export const sessionMs = 12 * hourMs;

export function createSessions({ store, clock, freshSecret, people, named }: SessionWorld): Sessions {
  /** Who may begin sessions, each by what its digests depend on. Names of one origin mean nothing in another. */
  const origins: readonly Origin[] = [
    ...people.map(({ name, scope, token }) => ({
      key: token,
      scopeOf: (asked: string) => (asked === name ? scope : undefined),
    })),
    ...(named === undefined ? [] : [{ key: keyOf(named), scopeOf: (name: string) => scopeOfNamed(named, name) }]),
  ];

  async function begin(name: string, scope: Scope, key: string): Promise<Begun> {
    const [secret, createdAtMs] = [freshSecret(), clock.nowMs()];
    const digest = digestOf(secret, key);
    // The id is shown: nothing of the secret can be derived from it.
    const id = digestOf(digest).slice(0, 12);
    const session: Session = { id, name, scope, createdAtMs, expiresAtMs: createdAtMs + sessionMs };
    await store.addSession(session, digest);
    return { session, secret };
  }

  return {
    areNeeded: origins.length > 0,
    haveTokens: people.length > 0,
    begin: ({ name, scope, token }) => begin(name, scope, token),
    async beginNamed(name) {
      const scope = named && scopeOfNamed(named, name);
      return named === undefined || scope === undefined ? undefined : begin(name, scope, keyOf(named));
    },
    async find(secret) {
      const byDigest = new Map(origins.map((origin) => [digestOf(secret, origin.key), origin]));
      const found = await store.sessionBy([...byDigest.keys()], clock.nowMs());
      if (found === undefined) return undefined;
      const { digest, ...session } = found;
      const scope = byDigest.get(digest)?.scopeOf(session.name);
      return scope && { ...session, scope: scope === "read" ? "read" : session.scope };
    },
    list: () => store.sessions(clock.nowMs()),
    end: (id) => store.endSession(id),
  };
}

interface Origin {
  readonly key: string;
  /** What somebody of that name may do now; undefined: nothing. */
  readonly scopeOf: (name: string) => Scope | undefined;
}

const keyOf = ({ provider }: NamedPeople): string => `identity provider ${provider}`;

function scopeOfNamed({ readers, writers }: NamedPeople, name: string): Scope | undefined {
  if (writers.includes(name)) return "write";
  return readers === "everybody" || readers.includes(name) ? "read" : undefined;
}

/** Of a session's secret, and of the token that began it: with another token, even of the same name, it is over. */
const digestOf = (...parts: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(createHash("sha256").update(part).digest());
  return hash.digest("hex");
};
