import { expect, test } from "vitest";
import { createSessions, type Session, type SessionStore, sessionMs } from "../../src/operate/sessions.ts";

let nowMs = 1_000;
const kept = new Map<string, Session>();
const store: SessionStore = {
  addSession: async (session, digest) => void kept.set(digest, session),
  async sessionBy(digests, atMs) {
    const digest = digests.find((one) => (kept.get(one)?.expiresAtMs ?? 0) > atMs);
    const session = digest === undefined ? undefined : kept.get(digest);
    return digest === undefined || session === undefined ? undefined : { ...session, digest };
  },
  sessions: async () => [...kept.values()],
  endSession: async () => false,
};
let drawn = 0;
type Origins = Parameters<typeof createSessions>[0];
const sessionsWith = (origins: Pick<Origins, "people" | "named">) =>
  createSessions({
    store,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    freshSecret: () => `secret-${(drawn += 1)}`,
    ...origins,
  });
const sessionsOf = (...people: Origins["people"]) => sessionsWith({ people });

const ann = { name: "ann", scope: "write", token: "first" } as const;
const bob = { name: "bob", scope: "write", token: "second" } as const;

test("a session is whose token began it, ends with that token, and may no more than it may now", async () => {
  const { secret } = await sessionsOf(bob, ann).begin(ann);
  expect(await sessionsOf(bob, ann).find(secret)).toMatchObject({ name: "ann", scope: "write" });
  expect(await sessionsOf(bob, { ...ann, scope: "read" }).find(secret)).toMatchObject({ scope: "read" });
  for (const people of [[bob], [bob, { ...ann, token: "rotated" }], []]) {
    expect(await sessionsOf(...people).find(secret)).toBeUndefined();
  }
  expect(await sessionsOf(bob, ann).find("secret-0")).toBeUndefined();
  nowMs += sessionMs;
  expect(await sessionsOf(bob, ann).find(secret)).toBeUndefined();
});

test("neither the id nor what is stored gives the secret away", async () => {
  const { secret, session } = await sessionsOf(ann).begin(ann);
  expect(JSON.stringify([session, ...kept])).not.toContain(secret);
});

test("somebody an identity provider names is never taken for a token of the same name", async () => {
  const named = { provider: "https://id.example.com plumbline", readers: ["ann", "eve"], writers: ["cleo"] };
  const at = (over: Partial<typeof named> = {}) => sessionsWith({ people: [bob, ann], named: { ...named, ...over } });
  const begun = await at().beginNamed("ann");
  const secret = begun?.secret ?? "";
  expect(await at().find(secret)).toMatchObject({ name: "ann", scope: "read" });
  expect(await at().beginNamed("bob")).toBeUndefined();
  expect((await at().beginNamed("cleo"))?.session.scope).toBe("write");
  // Who is listed no more, or signed in elsewhere, is out.
  expect(await at({ readers: ["eve"] }).find(secret)).toBeUndefined();
  expect(await at({ provider: "https://other.example.com plumbline" }).find(secret)).toBeUndefined();
  expect(await sessionsOf(bob, ann).find(secret)).toBeUndefined();
});
