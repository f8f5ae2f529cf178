import type { Digest, DigestMove, DigestPlace } from "../../src/notify/compose/digest-message.ts";
import { atMs } from "./samples.ts";

export const place: DigestPlace = {
  probe: "mini-valid@eu",
  target: "mini",
  model: "gpt-4o-mini",
  scenario: "valid-request",
  location: "eu",
  what: "total time",
};

export const move: DigestMove = { ...place, direction: "up", expected: "210 ms", observed: "250 ms (×1.2)" };

/** Of one day in which something of everything has happened. */
export function digest(over: Partial<Digest> = {}): Digest {
  return {
    fromMs: atMs - 86_400_000,
    atMs,
    judged: 40,
    moved: [move],
    moreMoved: 0,
    noted: [{ ...place, what: "prompt tokens", expected: "12", observed: "13 (+8 % since March)" }],
    moreNoted: 0,
    known: [],
    moreKnown: 0,
    suspected: [{ ...place, what: "reply" }],
    moreSuspected: 0,
    pages: { sinceMs: atMs - 30 * 86_400_000, series: 40, notified: 2, noise: 1, allowed: 40 / 6 },
    ...over,
  };
}

export const emptyDigest = digest({ moved: [], noted: [], suspected: [] });
