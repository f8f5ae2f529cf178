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
  /** The session with one of these digests, unless it has expired. */
  sessionBy(digests: readonly string[], nowMs: number): Promise<Session | undefined>;
  /** Newest first. */
  sessions(nowMs: number): Promise<readonly Session[]>;
  endSession(id: string): Promise<boolean>;
}

export interface Sessions {
  /** Whether anybody has to sign in at all. */
  readonly areNeeded: boolean;
  /** The secret that the browser keeps; only its digest is stored. */
  begin(person: Person): Promise<{ readonly session: Session; readonly secret: string }>;
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
}

export const sessionMs = 12 * hourMs;

export function createSessions({ store, clock, freshSecret, people }: SessionWorld): Sessions {
  return {
    areNeeded: people.length > 0,
    async begin({ name, scope, token }) {
      const [secret, createdAtMs] = [freshSecret(), clock.nowMs()];
      const digest = digestOf(secret, token);
      // The id is shown: nothing of the secret can be derived from it.
      const id = digestOf(digest).slice(0, 12);
      const session: Session = { id, name, scope, createdAtMs, expiresAtMs: createdAtMs + sessionMs };
      await store.addSession(session, digest);
      return { session, secret };
    },
    async find(secret) {
      const digests = people.map(({ token }) => digestOf(secret, token));
      const session = await store.sessionBy(digests, clock.nowMs());
      const person = people.find(({ name }) => name === session?.name);
      if (session === undefined || person === undefined) return undefined;
      return { ...session, scope: person.scope === "read" ? "read" : session.scope };
    },
    list: () => store.sessions(clock.nowMs()),
    end: (id) => store.endSession(id),
  };
}

/** Of a session's secret, and of the token that began it: with another token, even of the same name, it is over. */
const digestOf = (...parts: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(createHash("sha256").update(part).digest());
  return hash.digest("hex");
};
