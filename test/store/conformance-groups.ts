import { expect, test } from "vitest";
import type { Reading } from "../../src/baseline/reading.ts";
import type { Bench } from "./conformance.ts";
import { claimOf, finishOf, freshName, noonMs, nothingNew, seriesOf } from "./samples.ts";

const minuteMs = 60_000;
const day = { fromMs: 0, samples: 1, sums: [], total: 0 };
const quiet = { intervalMs: minuteMs, pages: "up", up: 1, down: 1, held: null, day } as const;

/** Which series are asked about when several may have moved together. */
export function groupsConform(bench: () => Bench): void {
  const judged = async (
    probeId: string,
    slotMs: number,
    readings: Readonly<Record<string, Partial<Reading> & { readonly label?: string }>>,
    group: string,
  ): Promise<void> => {
    const claim = claimOf(probeId, slotMs);
    await bench().store.claim(claim);
    const series = Object.entries(readings).map(([id, { label = "total time", ...over }]) => ({
      series: { ...seriesOf(probeId), id, label },
      state: { v: 1 },
      reading: { ...quiet, group, ...over },
    }));
    await bench().store.commit(finishOf(claim), () => ({ ...nothingNew, series }));
  };
  const look = (probeIds: readonly string[], isOpen: boolean, host: string) => {
    const places = probeIds.map((probeId) => ({ probeId, host }));
    return bench().store.groupsAway({ places, least: 200, isOpen });
  };
  const away = async (probeIds: readonly string[], isOpen = false): Promise<string[]> =>
    (await look(probeIds, isOpen, "a.example")).map(({ series: { id } }) => id);

  test("what shows a move where two probes of a host do, or while a group is open", async () => {
    const [a, b, c] = [freshName("group-a"), freshName("group-b"), freshName("group-c")];
    const group = freshName("group");
    await judged(a, noonMs, { [`${a}-1`]: { held: "up" }, [`${a}-2`]: { up: 500 } }, group);
    await judged(b, noonMs, { [`${b}-1`]: {} }, group);
    expect(await away([a, b, c])).toEqual([]);
    expect(await away([a, b, c], true)).toEqual([`${a}-1`, `${a}-2`]);
    await judged(c, noonMs, { [`${c}-1`]: { down: 200 } }, group);
    expect(await away([a, b, c])).toEqual([`${a}-1`, `${a}-2`, `${c}-1`]);
    expect(await away([a, b])).toEqual([]);
    const [first] = await look([a, b, c], false, "a.example");
    expect(first).toMatchObject({ lastSlotMs: noonMs, peers: 3, reading: { group, held: "up" } });
    const places = [a, c].map((probeId) => ({ probeId, host: `${probeId}.example` }));
    expect(await bench().store.groupsAway({ places, least: 200, isOpen: false })).toEqual([]);
  });

  test("other targets of the host, by what is measured; all of its times are one", async () => {
    const [a, b, c] = [freshName("group-a"), freshName("group-b"), freshName("group-c")];
    await judged(a, noonMs, { [`${a}-1`]: { held: "up", label: "total time" } }, freshName("group"));
    await judged(b, noonMs, { [`${b}-1`]: { held: "up", label: "largest gap" } }, freshName("group"));
    await judged(c, noonMs, { [`${c}-1`]: {} }, freshName("group"));
    expect(await away([a, b, c])).toEqual([`${a}-1`, `${b}-1`]);
  });

  test("what pages nobody does not count, and what a newer series has replaced is left out", async () => {
    const [a, b] = [freshName("group-a"), freshName("group-b")];
    const group = freshName("group");
    await judged(a, noonMs, { [`${a}-1`]: { held: "up" } }, group);
    await judged(b, noonMs, { [`${b}-1`]: { held: "up", pages: "none" } }, group);
    expect(await away([a, b])).toEqual([]);
    await judged(b, noonMs + minuteMs, { [`${b}-2`]: { held: "up" } }, group);
    expect(await away([a, b])).toEqual([`${a}-1`, `${b}-2`]);
    await judged(
      b,
      noonMs + 4 * minuteMs,
      { [`${b}-2`]: { held: "up" }, [`${b}-3`]: { held: "up", label: "largest gap" } },
      group,
    );
    expect(await away([a, b])).toEqual([`${a}-1`, `${b}-2`, `${b}-3`]);
  });
}
