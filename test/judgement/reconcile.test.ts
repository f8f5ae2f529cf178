import { expect, test } from "vitest";
import { type Figures, type Ours, reconcile, type Window } from "../../src/judgement/reconcile.ts";

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
    "retries are counted twice",
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
