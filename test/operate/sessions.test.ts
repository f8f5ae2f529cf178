import { expect, test } from "vitest";
import { createSessions, type Session, type SessionStore, sessionMs } from "../../src/operate/sessions.ts";

let nowMs = 1_000;
const kept = new Map<string, Session>();
const store: SessionStore = {
  addSession: async (session, digest) => void kept.set(digest, session),
  sessionBy: async (digests, atMs) =>
    digests.map((digest) => kept.get(digest)).find((session) => session !== undefined && session.expiresAtMs > atMs),
  sessions: async () => [...kept.values()],
  endSession: async () => false,
};
let drawn = 0;
const sessionsOf = (...people: Parameters<typeof createSessions>[0]["people"]) =>
  createSessions({
    store,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    freshSecret: () => `secret-${(drawn += 1)}`,
    people,
  });

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
