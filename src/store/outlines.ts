import type { Observation, ReplyFacts } from "../observation/observation.ts";
import { shortHash } from "../std/hash.ts";
import { iso } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

/** What most replies of a target have in common: it is stored once a day. */
const names = [
  "shape",
  "assembled",
  "classes",
  "chunks",
  "headers",
  "contentType",
  "bodyForm",
  "requestIdIn",
  "model",
  "textMatches",
  "serviceTier",
  "finishReasons",
  "lastWords",
  "streamEnd",
] as const satisfies readonly (keyof ReplyFacts)[];

export interface Outlines {
  /** Stores the outlines that are new, and returns the observations with their hashes. */
  takenFrom(observations: readonly Observation[], slotMs: number): Promise<readonly unknown[]>;
  /** Another server may have taken over, and may lack what was written last. */
  forget(): void;
}

const isOutline = (name: string): boolean => (names as readonly string[]).includes(name);
const mostKnown = 10_000;

export function outlinesOn(db: Database): Outlines {
  const known = new Set<string>();
  return {
    async takenFrom(observations, slotMs) {
      const day = iso(slotMs).slice(0, 10);
      const fresh = new Map<string, string>();
      const without = ({ text: { class: like, script, ...text }, ...facts }: ReplyFacts, observation: object) => {
        const members = Object.entries(facts);
        const outline = JSON.stringify({
          ...Object.fromEntries(members.filter(([name]) => isOutline(name))),
          text: { class: like, script },
          observation,
        });
        const hash = shortHash(outline);
        if (!known.has(`${day} ${hash}`)) fresh.set(hash, outline);
        return { ...Object.fromEntries(members.filter(([name]) => !isOutline(name))), text, outline: hash };
      };
      const stored = observations.map((observation) => {
        const { call, mode, connection, outcome, ...rest } = observation;
        if (outcome.kind === "reply") return { ...rest, outcome: without(outcome, { call, mode, connection }) };
        const { partial } = outcome;
        if (partial === undefined) return observation;
        return { ...rest, outcome: { ...outcome, partial: without(partial, { call, mode, connection }) } };
      });
      if (fresh.size > 0) await write(day, fresh);
      return stored;
    },
    forget: () => known.clear(),
  };

  /** Apart from the run: an outline that no run needs in the end does no harm, and runs that begin together don't wait for one another. */
  async function write(day: string, fresh: ReadonlyMap<string, string>): Promise<void> {
    await db.repeat(sql`
      INSERT INTO plumbline.outlines (day, hash, outline)
      SELECT ${day}::date, key, value FROM jsonb_each(${`{${[...fresh].map(([hash, outline]) => `"${hash}":${outline}`).join(",")}}`}::jsonb)
      ORDER BY key ON CONFLICT DO NOTHING`);
    if (known.size > mostKnown) known.clear();
    for (const hash of fresh.keys()) known.add(`${day} ${hash}`);
  }
}
