import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Reading } from "../../../src/baseline/reading.ts";
import { type GroupContext, type GroupMember, groupMove } from "../../../src/judgement/drift/group/group.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const falsePageEveryMs = 180 * 24 * hourMs;
/** So many samples are promised. */
const promised = falsePageEveryMs / minuteMs;
const nowMs = 1_000 * hourMs;
const context: GroupContext = { falsePageEveryMs, open: undefined, nowMs, waitMs: 30_000 };

const day = { fromMs: 0, samples: 1, sums: [], total: 0 };
const quiet: Reading = { group: "g", intervalMs: minuteMs, pages: "both", up: 3, down: 3, held: null, day };

function member(source: string, over: Partial<Reading> = {}, openedAtMs?: number): GroupMember {
  return { source, reading: { ...quiet, ...over }, openedAtMs };
}
const held = (source: string, openedAtMs = nowMs, direction: "up" | "down" = "up"): GroupMember =>
  member(source, { held: direction, up: 0, down: 0 }, openedAtMs);
const found = (members: readonly GroupMember[], over: Partial<GroupContext> = {}): string => {
  const move = groupMove(members, { ...context, ...over });
  return move === undefined ? "none" : `${move.direction}: ${move.moved.map(({ source }) => source).join(", ")}`;
};

describe("a group has moved", () => {
  test.each<[string, GroupMember[], string]>([
    ["when two were found", [held("a"), held("b"), member("c")], "up: a, b"],
    ["when half of a promise was bet on each of several", [0.4, 0.4, 0.3].map(suspect), "up: 0, 1, 2"],
    ["when one was found, is not told yet, and another shows it", [held("a"), suspect(0.06, 1)], "up: a, 1"],
    ["downwards as well", [held("a", nowMs, "down"), held("b", nowMs, "down")], "down: a, b"],
  ])("%s", (_when, members, expected) => expect(found(members)).toBe(expected));

  test.each<[string, GroupMember[]]>([
    ["one member alone, whatever it shows", [member("a", { up: 100 * promised }), member("b"), member("c")]],
    ["one that was found, beside quiet ones", [held("a"), member("b"), member("c")]],
    ["two series of one probe", [held("a"), held("a"), member("b")]],
    ["two that are suspected of too little together", [suspect(0.5, 0), suspect(0.5, 1)]],
    ["one up and one down", [held("a"), held("b", nowMs, "down")]],
    ["moves that nobody is told of", [held("a"), held("b")].map((one) => withPages(one, "none"))],
    ["falls, where only rises are told", [held("a", nowMs, "down"), held("b", nowMs, "down")].map(onlyUp)],
    ["one told long ago, and another just now", [held("a", nowMs - 2 * hourMs), held("b")]],
    ["one told by itself, and a slight suspicion", [held("a", nowMs - minuteMs), suspect(0.5, 1)]],
  ])("not: %s", (_what, members) => expect(found(members)).toBe("none"));

  test("the same probes asked rarely have longer to show it", () => {
    const rarely = [held("a", nowMs - 10 * hourMs), held("b")].map((one) => ({
      ...one,
      reading: { ...one.reading, intervalMs: hourMs },
    }));
    expect(found(rarely)).toBe("up: a, b");
  });
});

describe("once it is told", () => {
  test("it lasts until no member is away any more, and is not found again before it was as good as back", () => {
    expect(found([held("a", nowMs - 99 * hourMs), member("b")], { open: "up" })).toBe("up: a");
    expect(found([suspect(0.06, 0), member("b")], { open: "up" })).toBe("up: 0");
    expect(found([suspect(0.03, 0), suspect(0.01, 1)], { open: "up" })).toBe("none");
    expect(found([suspect(0.5, 0), suspect(0.54, 1)])).toBe("none");
    expect(found([suspect(0.5, 0), suspect(0.56, 1)])).toBe("up: 0, 1");
  });

  test("only the way it has moved counts", () => {
    const down = [held("a", nowMs, "down"), held("b", nowMs, "down")];
    expect(found(down, { open: "up" })).toBe("none");
    expect(found(down, { open: "down" })).toBe("down: a, b");
  });
});

test("the sum of all is told no later than the first of them alone, if a second shows it", () => {
  const share = fc.double({ min: 0.001, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.array(share, { minLength: 2, maxLength: 8 }), (shares) => {
      const members = shares.map(suspect);
      const isLargest = Math.max(...shares) >= 1.05;
      const doTwoShow = shares.filter((one) => one * promised >= 200).length >= 2;
      if (isLargest && doTwoShow) expect(found(members)).not.toBe("none");
      if (shares.reduce((sum, one) => sum + one, 0) < 1.05) expect(found(members)).toBe("none");
    }),
  );
});

function suspect(share: number, index: number): GroupMember {
  return member(String(index), { up: share * promised });
}

function withPages(one: GroupMember, pages: Reading["pages"]): GroupMember {
  return { ...one, reading: { ...one.reading, pages } };
}

function onlyUp(one: GroupMember): GroupMember {
  return withPages(one, "up");
}
