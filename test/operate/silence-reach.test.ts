import { expect, test } from "vitest";
import { createSilences } from "../../src/operate/silences.ts";
import { incident, probe } from "../notify/samples.ts";

const silences = createSilences({
  store: {
    incidents: () => Promise.resolve([incident(), incident({ kind: "latency", target: "large" })]),
    silences: () => Promise.resolve([]),
    addSilence: () => Promise.resolve(),
    extendSilence: (id) => Promise.resolve(id === "sil_1"),
    endSilence: () => Promise.resolve(true),
  },
  probes: [probe, { ...probe, id: "other@us", location: "us" }],
  clock: { nowMs: () => 1000, monotonicMs: () => 1000 },
  freshId: () => "sil_1",
});

test.each([
  [{ target: "mini" }, { incidents: 1, probes: 2 }],
  [
    { target: "*", location: "eu" },
    { incidents: 2, probes: 1 },
  ],
  [{ kind: "latency" }, { incidents: 1, probes: 2 }],
  [{ target: "minni" }, { incidents: 0, probes: 0 }],
] as const)("%j mutes and matches %j", async (matcher, reach) => {
  expect(await silences.preview(matcher)).toEqual(reach);
  expect(await silences.create({ matcher, durationMs: 1000, why: "x" }, "ann")).toMatchObject({ reach });
});

test("a silence ends this long from now, and one that has ended can't be extended", async () => {
  expect(await silences.extend("sil_1", 5000, "longer", "ann")).toEqual({ endsAtMs: 6000 });
  expect(await silences.extend("sil_2", 5000, "longer", "ann")).toBeUndefined();
});
