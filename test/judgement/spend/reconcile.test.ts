import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../src/std/seeded-random.ts";
import { type Figures, growingGap, type Ours, reconcile, type Window } from "../../../src/judgement/spend/reconcile.ts";

const usual: Ours = { microUsd: 1_000_000, tokens: 100_000, requests: 360, retries: 0, failed: 0 };

/** Windows in which the provider counted so many times, or so much more than, what we did. */
function windows(count: number, counted: (ours: Ours) => Omit<Figures, "atMs">, ours: Ours = usual): Window[] {
  const none: Figures = { atMs: 0, requests: 0, tokens: 0, microUsd: 0 };
  const all: Window[] = [];
  let from = none;
  for (let index = 0; index < count; index += 1) {
    const more = counted(ours);
    const plus = (unit: "requests" | "tokens" | "microUsd"): number | undefined =>
      more[unit] === undefined ? undefined : (from[unit] ?? 0) + more[unit];
    const to = { atMs: index + 1, requests: plus("requests"), tokens: plus("tokens"), microUsd: plus("microUsd") };
    all.push({ from, to, ours });
    from = to;
  }
  return all;
}

test("figures that agree within two per cent are no finding", () => {
  expect(
    reconcile(windows(4, ({ microUsd, tokens, requests }) => ({ microUsd: 1.015 * microUsd, tokens, requests }))),
  ).toBeUndefined();
});

test("one window alone is none: what is late is made up for", () => {
  const [late, made] = windows(2, (ours) => ours);
  const shifted: Window[] = [
    { ...late!, to: { ...late!.to, requests: 100 } },
    { ...made!, from: { ...made!.from, requests: 100 } },
  ];
  expect(reconcile(shifted)).toBeUndefined();
});

test.each([
  [
    "another price",
    usual,
    ({ microUsd, tokens, requests }: Ours) => ({ microUsd: 1.25 * microUsd, tokens, requests }),
    "the price is 1.25 times what is configured",
  ],
  [
    "retries",
    { ...usual, retries: 40 },
    ({ microUsd, requests, retries }: Ours) => ({ microUsd, requests: requests + retries }),
    "retries are counted once more",
  ],
  [
    "others",
    usual,
    ({ microUsd, requests }: Ours) => ({ microUsd: 3 * microUsd, requests: 3 * requests }),
    "others use the same key",
  ],
  [
    "less",
    usual,
    ({ microUsd, requests }: Ours) => ({ microUsd, requests: requests - 60 }),
    "some runs are not billed",
  ],
  [
    "failures",
    { ...usual, failed: 90 },
    ({ microUsd, requests }: Ours) => ({ microUsd: 1.25 * microUsd, requests }),
    "90 requests without a good reply",
  ],
] as const)("a gap that lasts has a reason: %s", (_name, ours, counted, reason) => {
  const all = windows(3, counted, ours);
  const doubled = reason.startsWith("90") ? "180 requests without a good reply" : reason;
  expect(reconcile(all)?.why).toContain(doubled);
});

test("a running total that began anew says nothing of its window", () => {
  const all = windows(3, ({ microUsd }) => ({ microUsd: 2 * microUsd }));
  const last = all[2]!;
  expect(reconcile(all)).toMatchObject({ expected: "$2.00 by our ledger", subject: "ledger and provider" });
  expect(reconcile([...all.slice(0, 2), { ...last, to: { ...last.to, microUsd: 5 } }])).toBeUndefined();
});

/** One window after the other, each with what was ours and what the provider counted. */
function history(...pairs: readonly (readonly [Ours, Omit<Figures, "atMs">])[]): Window[] {
  let before = { requests: 0, tokens: 0, microUsd: 0 };
  return pairs.map(([ours, counted], index) => {
    const from = { atMs: index, ...before };
    before = {
      requests: before.requests + (counted.requests ?? 0),
      tokens: before.tokens + (counted.tokens ?? 0),
      microUsd: before.microUsd + (counted.microUsd ?? 0),
    };
    return { from, to: { atMs: index + 1, ...before }, ours };
  });
}
const figures = ({ microUsd, tokens, requests }: Ours, money = 1, words = 1, calls = requests) => ({
  microUsd: microUsd * money,
  tokens: tokens * words,
  requests: calls,
});

describe("with requests, tokens and money told, one reason is left", () => {
  const some: Ours = { ...usual, retries: 40, failed: 90 };
  const few: Ours = { ...usual, retries: 20, failed: 30 };
  test.each([
    [
      "price",
      history([some, figures(some, 1.25)], [few, figures(few, 1.25)]),
      "the price is 1.25 times what is configured",
    ],
    [
      "retries",
      history([some, figures(some, 1, 1, 400)], [few, figures(few, 1, 1, 380)]),
      "retries are counted once more",
    ],
    [
      "failures",
      history([some, figures(some, 1.3, 1.3)], [few, figures(few, 1.08, 1.08)]),
      "120 requests without a good reply are billed",
    ],
    [
      "others",
      history([some, figures(some, 2, 2, 800)], [few, figures(few, 1.7, 1.7, 600)]),
      "others use the same key",
    ],
    [
      "less",
      history([some, figures(some, 0.9, 0.9, 320)], [few, figures(few, 0.9, 0.9, 320)]),
      "the figures lag by more than was said, or some runs are not billed",
    ],
    [
      "price, though some failed",
      history([some, figures(some, 1.25)], [some, figures(some, 1.25)]),
      "the price is 1.25 times what is configured",
    ],
    [
      "price, with nothing sent again",
      history([usual, figures(usual, 1.25)], [usual, figures(usual, 1.25)]),
      "the price is 1.25 times what is configured",
    ],
    [
      "failures, in even parts",
      history([some, figures(some, 1.25, 1.25)], [some, figures(some, 1.25, 1.25)]),
      "180 requests without a good reply are billed",
    ],
    [
      "more than what failed can cost",
      history([some, figures(some, 1.9, 1.9)], [some, figures(some, 1.9, 1.9)]),
      "no single reason fits the numbers",
    ],
    [
      "fewer than were sent again",
      history([some, figures(some, 1, 1, 390)], [some, figures(some, 1, 1, 390)]),
      "no single reason fits the numbers",
    ],
    ["none", history([some, figures(some, 1.5)], [few, figures(few, 1.2)]), "no single reason fits the numbers"],
  ])("%s", (_name, windows, reason) => {
    expect(reconcile(windows)?.why).toBe(reason);
  });

  test("a total that began anew is no gap, also where there was less before", () => {
    const [first, second] = history([usual, figures(usual, 0.5, 0.5)], [usual, figures(usual, 0.5, 0.5)]);
    const anew = { ...second!, to: { atMs: 2, requests: 5, tokens: 5, microUsd: 5 } };
    expect(reconcile([first!, second!])).toBeDefined();
    expect(reconcile([first!, anew])).toBeUndefined();
  });

  test("where money alone is told, an even share more is a price, and an uneven one others", () => {
    const money = (...shares: readonly number[]): Window[] =>
      history(...shares.map((share) => [usual, figures(usual, share)] as const)).map(({ from, to, ours }) => ({
        from: { atMs: from.atMs, microUsd: from.microUsd },
        to: { atMs: to.atMs, microUsd: to.microUsd },
        ours,
      }));
    expect(reconcile(money(1.3, 1.3))?.why).toBe("the price is 1.30 times what is configured");
    expect(reconcile(money(1.3, 1.9))?.why).toBe("others use the same key");
  });
});

describe("a gap that grows", () => {
  const shares = (...all: readonly number[]): Window[] =>
    history(...all.map((share) => [usual, figures(usual, 1 + share)] as const));

  test("is a finding of its own, while it is within the tolerance and beyond it", () => {
    const within = shares(0.004, 0.008, 0.012, 0.018);
    expect(reconcile(within)).toBeUndefined();
    expect(growingGap(within)).toMatchObject({
      kind: "budget",
      severity: "risky",
      subject: "gap between ledger and provider",
      expected: "0.4 % more money, as 4 windows ago",
      observed: "1.8 % more money, growing from window to window",
    });
    expect(growingGap(shares(-0.01, -0.04, -0.07, -0.1))?.observed).toContain("10 % less money");
    expect(growingGap(shares(0, 0.004, 0.008, 0.012))?.observed).toContain("1.2 % more money");
  });

  test("is none when a total began anew", () => {
    const windows = shares(-0.01, -0.04, -0.07, -0.1);
    const last = windows[3]!;
    const anew = { ...last, to: { atMs: 4, requests: 5, tokens: 5, microUsd: 5 } };
    expect(growingGap([...windows.slice(0, 3), anew])).toBeUndefined();
  });

  test.each([
    ["stays", shares(0.1, 0.1, 0.1, 0.1)],
    ["comes and goes", shares(0.01, 0.03, 0.02, 0.05)],
    ["shrinks", shares(0.1, 0.06, 0.03, 0.01)],
    ["grows by next to nothing", shares(0.001, 0.002, 0.003, 0.004)],
    ["grows by less than as much again", shares(0.05, 0.06, 0.07, 0.08)],
    ["grows by a leap", shares(0.01, 0.011, 0.012, 0.03)],
    ["grows by less than a hundredth of all", shares(0.003, 0.006, 0.009, 0.012)],
    ["has changed sides", shares(-0.01, 0.02, 0.05, 0.1)],
    ["has not been looked at for long", shares(0.01, 0.05, 0.1)],
  ])("is none when it %s", (_name, windows) => {
    expect(growingGap(windows)).toBeUndefined();
  });
});

describe("a gap that does not grow is said to grow at most once in 180 days, whatever it is", () => {
  const windowsIn = 4 * 180;
  const days = 180 * 80;
  /** What figures and ledger differ by: by chance each time; or so that what is late is made up for in the next. */
  const noises = {
    "by chance": (normal: () => number) => normal,
    "what is late comes next": (normal: () => number) => {
      let before = normal();
      return () => {
        const [now, last] = [normal(), before];
        before = now;
        return (now - last) / Math.SQRT2;
      };
    },
  };
  const isSaid = (shares: readonly number[]): boolean => {
    const counted = shares.map((share, index): Window => ({
      from: { atMs: index, microUsd: 0 },
      to: { atMs: index + 1, microUsd: usual.microUsd * (1 + share) },
      ours: usual,
    }));
    return growingGap(counted) !== undefined;
  };
  /** Three instead of four, by the same rule: why it is not. */
  const isSaidOfThree = ([first = 0, middle = 0, last = 0]: readonly number[]): boolean => {
    const sign = Math.sign(last);
    const [from, step, growth] = [sign * first, sign * (middle - first), sign * (last - first)];
    const areEven = step >= 0.4 * growth && growth - step >= 0.4 * growth;
    return from >= 0 && growth >= 0.01 && areEven && sign * last >= 2 * from;
  };
  const perPromise = (
    shares: readonly number[],
    over: number,
    said: (shares: readonly number[]) => boolean,
  ): number => {
    let count = 0;
    for (let end = over; end <= shares.length; end += 1) if (said(shares.slice(end - over, end))) count += 1;
    return (count / shares.length) * windowsIn;
  };

  test.each(
    Object.keys(noises).flatMap((noise) =>
      [0.003, 0.005, 0.01, 0.02].flatMap((spread) => [0, 0.01, 0.03].map((gap) => ({ noise, spread, gap }))),
    ),
  )("$noise, spread $spread about a gap of $gap", ({ noise, spread, gap }) => {
    const random = seededRandom(5);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const next = noises[noise as keyof typeof noises](normal);
    const shares = Array.from({ length: 4 * days }, () => gap + spread * next());
    expect(perPromise(shares, 4, isSaid)).toBeLessThanOrEqual(1);
  });

  test("of three windows it would be said some ten times", () => {
    const random = seededRandom(5);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const shares = Array.from({ length: 4 * days }, () => 0.01 + 0.01 * normal());
    expect(perPromise(shares, 3, isSaidOfThree)).toBeGreaterThan(8);
  });
});
