import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ActionLink, actionAddress, linkActions, readActionAddress } from "../../src/incident/action-link.ts";

const key = "a key that nobody else has, of some length";
const nowMs = Date.parse("2026-11-23T12:00:00Z");
const link: ActionLink = {
  act: "acknowledge",
  incidentId: "f00dfeed-1",
  receiver: "pager",
  expiresAtMs: nowMs + 3_600_000,
};

function queryOf(address: string): Record<string, string> {
  return Object.fromEntries(new URL(address).searchParams);
}
const address = actionAddress("https://plumbline.example.com/base", link, key);

test("the address is below the public one and says in clear what it does", () => {
  expect(address).toMatch(
    /^https:\/\/plumbline\.example\.com\/base\/act\?do=acknowledge&incident=f00dfeed-1&to=pager&/,
  );
});

test("it can be read with the same key until it expires", () => {
  expect(readActionAddress(queryOf(address), key, nowMs)).toMatchObject({ kind: "valid", link });
  expect(readActionAddress(queryOf(address), key, link.expiresAtMs - 1)).toMatchObject({ kind: "valid" });
  expect(readActionAddress(queryOf(address), key, link.expiresAtMs)).toEqual({ kind: "expired" });
});

test("whatever the names are, what is signed is what is read", () => {
  const links = fc.record({
    act: fc.constantFrom(...linkActions),
    incidentId: fc.string({ unit: "grapheme", minLength: 1 }),
    receiver: fc.string({ unit: "grapheme", minLength: 1 }),
    expiresAtMs: fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
  });
  fc.assert(
    fc.property(links, (one) => {
      const reading = readActionAddress(
        queryOf(actionAddress("https://p.example", one, key)),
        key,
        one.expiresAtMs - 1,
      );
      expect(reading).toMatchObject({ kind: "valid", link: one });
    }),
  );
});

test("two addresses have two digests, and none is part of its address", () => {
  const digestOf = (one: ActionLink): string => {
    const reading = readActionAddress(queryOf(actionAddress("https://p.example", one, key)), key, nowMs);
    return reading.kind === "valid" ? reading.digest : "";
  };
  expect(digestOf(link)).toMatch(/^[0-9a-f]{32}$/);
  expect(digestOf({ ...link, act: "silence" })).not.toBe(digestOf(link));
  expect(address).not.toContain(digestOf(link));
});

describe("forged", () => {
  const query = queryOf(address);
  test.each([
    ["another act", { ...query, do: "accept" }],
    ["another incident", { ...query, incident: "f00dfeed-2" }],
    ["another receiver", { ...query, to: "boss" }],
    ["a longer life", { ...query, until: String(Number(query["until"]) + 1) }],
    ["a life without end", { ...query, until: "Infinity" }],
    ["an act that there is not", { ...query, do: "resolve" }],
    ["one more word", { ...query, why: "because" }],
    ["a signature cut short", { ...query, sig: query["sig"]?.slice(0, -2) ?? "" }],
    ["no signature", { ...query, sig: "" }],
    ["nothing", {}],
  ])("%s", (_what, changed) => {
    expect(readActionAddress(changed, key, nowMs)).toEqual({ kind: "forged" });
    expect(readActionAddress(changed, key, link.expiresAtMs + 1)).toEqual({ kind: "forged" });
  });

  test("another key", () => {
    expect(readActionAddress(query, `${key}!`, nowMs)).toEqual({ kind: "forged" });
  });
});
