import type { ProbeOverview, RunSummary } from "../operate/overview.ts";
import { outcomeOf } from "./run-outcome.ts";
import type { Tone } from "./terminal-text.ts";

/** What one run looks like in a strip. Each has a shape of its own, so that colour is never the only sign. */
export interface RunLook {
  readonly glyph: string;
  readonly tone: Tone;
  readonly word: string;
}

export const looks = {
  ok: { glyph: "▇", tone: "good", word: "ok" },
  learning: { glyph: "░", tone: "dim", word: "learning" },
  warn: { glyph: "▄", tone: "notice", word: "warn" },
  drift: { glyph: "◆", tone: "bad", word: "drift" },
  fail: { glyph: "✗", tone: "bad", word: "fail" },
  inconclusive: { glyph: "?", tone: "notice", word: "inconclusive" },
  none: { glyph: "·", tone: "dim", word: "no data" },
} as const satisfies Record<string, RunLook>;

/** A run of a probe that is still learning is never shown as ok: nothing has been compared yet. */
export function lookOf(run: RunSummary | undefined, probe: Pick<ProbeOverview, "learning">): RunLook {
  if (run === undefined) return looks.none;
  const outcome = outcomeOf(run);
  switch (outcome) {
    case "ok":
      return probe.learning === undefined ? looks.ok : looks.learning;
    case "inconclusive":
      return looks.inconclusive;
    case "warn":
    case "drift":
    case "fail":
      return looks[outcome];
    case "skipped":
    case "missed":
    case "interrupted":
      return looks.none;
    default:
      return outcome satisfies never;
  }
}

const bars = "▁▂▃▄▅▆▇█";

/** One bar per value on a scale from zero to the largest, so that twice as high means twice as long. Gaps stay blank. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const largest = Math.max(0, ...values.filter((value) => value !== undefined));
  return values
    .map((value) => {
      if (value === undefined) return " ";
      const step = largest === 0 ? 0 : Math.ceil((value / largest) * bars.length) - 1;
      return bars[Math.max(0, step)] ?? " ";
    })
    .join("");
}
