import fc from "fast-check";
import { expect, test } from "vitest";
import { acknowledge } from "../../src/incident/acknowledge.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import { timeline } from "./day.ts";

const cadence = { kind: "every", everyMs: 600_000 } as const;

/** What ten minutes of a night can bring. `paused`: nothing is measured. */
const events = [
  "bad",
  "bad",
  "bad",
  "good",
  "good",
  "paused",
  "silence",
  "outage",
  "outage-over",
  "restart",
  "ack",
] as const;
type Event = (typeof events)[number];

const clockOf = (minute: number): string => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`;
const minuteOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
};

/** Plays a night, then an hour in which all is well; `muted` and `measured` say what was so at which minute. */
function play(night: readonly Event[]) {
  const day = timeline("usage", ["pager"], plainAlerting, cadence);
  const silenced: [number, number][] = [];
  const outages: [number, number][] = [];
  const measured: number[] = [];
  let outageFrom: number | undefined;
  let minute = 10;
  const end = (): void => {
    if (outageFrom !== undefined) outages.push([outageFrom, minute]);
    outageFrom = undefined;
    day.outage(undefined);
  };
  for (const event of night) {
    const at = clockOf(minute);
    if (event === "bad" || event === "good") {
      measured.push(minute);
      day.slots(at, at, event);
    }
    if (event === "silence") {
      silenced.push([minute, minute + 60]);
      day.silence(at, clockOf(minute + 60), { kind: "usage" });
    }
    if (event === "outage" && outageFrom === undefined) {
      outageFrom = minute;
      day.outage(at);
    }
    if (event === "outage-over") end();
    if (event === "restart") day.restart();
    if (event === "ack" && day.incident() !== undefined) day.act(at, acknowledge);
    day.wait(clockOf(minute + 1), clockOf(minute + 9));
    minute += 10;
  }
  end();
  const calmFrom = minute;
  for (; minute < calmFrom + 60; minute += 10) {
    measured.push(minute);
    day.slots(clockOf(minute), clockOf(minute), "good");
  }
  const messages = day.told.map((line) => {
    const [at = "", event = ""] = line.split(" ");
    return { minute: minuteOf(at), event };
  });
  return { day, messages, silenced, outages, measured, calmFrom };
}

const wakes = (event: string): boolean => event !== "resolved" && event !== "acknowledged";

test("200 bad nights: nobody is notified of what is muted or stale, and everything that began has an end", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { minLength: 10, maxLength: 80 }), (night) => {
      const { day, messages, silenced, outages, measured, calmFrom } = play(night);
      const reasons = new Map(messages.map(({ minute }, index) => [minute, day.reasons[index]]));
      let isOpen = false;
      for (const { minute, event } of messages) {
        if (wakes(event)) {
          expect(silenced.some(([from, to]) => from <= minute && minute < to)).toBe(false);
          expect(outages.some(([from, to]) => from < minute && minute < to)).toBe(false);
          // Late after two intervals; what is older is said only as what nobody checks.
          const isFresh = measured.some((at) => at <= minute && minute - at <= 30);
          expect(isFresh || day.reasons.includes("not-checked"), `${minute} ${event} ${reasons.get(minute)}`).toBe(
            true,
          );
          expect(minute).toBeLessThan(calmFrom);
        }
        if (event === "opened") {
          expect(isOpen).toBe(false);
          isOpen = true;
        }
        if (event === "resolved") isOpen = false;
      }
      expect(isOpen).toBe(false);
      expect(["resolved", undefined]).toContain(day.incident()?.state);
    }),
    { numRuns: 200 },
  );
});
