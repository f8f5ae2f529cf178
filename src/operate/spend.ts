import { z } from "zod";
import type { Used } from "../judgement/spend/budget.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { formatMicroUsd } from "../std/money.ts";
import type { AuditEntry } from "./audit-log.ts";
import { at, name, reason } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused } from "./operation.ts";

/** Beyond that a sum would not be exact. */
const most = 1e15;
const amount = (what: string) =>
  z.int().min(-most).max(most).optional().describe(`${what} to add; negative to subtract`);

const newCorrection = z
  .strictObject({
    target: name.describe("name of the target"),
    atMs: at("the hour, day and month to correct; default: now").min(0).max(8.64e15).optional(),
    microUsd: amount("millionths of a US dollar"),
    tokens: amount("tokens"),
    requests: z.int().min(-1e9).max(1e9).optional().describe("requests to add; negative to subtract"),
    why: reason,
  })
  .refine(({ microUsd = 0, tokens = 0, requests = 0 }) => microUsd !== 0 || tokens !== 0 || requests !== 0, {
    error: "at least one of microUsd, tokens, requests that is not 0",
  })
  .meta({ id: "NewSpendCorrection" });

const used = z.object({
  microUsd: z.number().describe("millionths of a US dollar"),
  tokens: z.number().describe("tokens"),
  requests: z.number().describe("requests"),
});

const correction = z
  .object({
    target: z.string().describe("name of the target"),
    day: z.string().describe("the day (UTC) that was corrected"),
    before: used.describe("ledger of that day before the correction"),
    after: used.describe("ledger of that day after the correction"),
  })
  .meta({ id: "SpendCorrection" });

export type NewCorrection = Plain<z.output<typeof newCorrection>>;
export type CorrectionView = Plain<z.output<typeof correction>>;

export const correctSpend = {
  method: "POST",
  path: "/spend/corrections",
  summary: "put the ledger of a target right: its sums, its caps and its reserved maximum",
  status: 201,
  scope: "write",
  conflicts: true,
  body: newCorrection,
  answer: correction,
} as const satisfies Operation;

export interface Correction extends Used {
  readonly target: string;
  readonly atMs: number;
  /** Scopes of the caps that the target comes under. */
  readonly scopes: readonly string[];
}

export interface CorrectionStore {
  /** Changes ledger, caps and audit log together. Undefined, and nothing changed: a sum would be below 0. */
  correctSpend(correction: Correction, entry: AuditEntry): Promise<Omit<CorrectionView, "target"> | undefined>;
}

export interface Spend {
  correct(wanted: NewCorrection, by: string): Promise<CorrectionView | Refused>;
}

interface SpendWorld {
  readonly store: CorrectionStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
}

export function createSpend({ store, clock, probes }: SpendWorld): Spend {
  const scopesOf = (target: string): string[] => {
    const caps = probes.flatMap((probe) => probe.target.spendCaps);
    const shared = caps.flatMap(({ scope, targets }) => (targets?.includes(target) === true ? [scope] : []));
    return [...new Set(["all", `target/${target}`, ...shared])];
  };
  return {
    async correct({ target, why, atMs, microUsd = 0, tokens = 0, requests = 0 }, by) {
      const nowMs = clock.nowMs();
      const forMs = atMs ?? nowMs;
      if (forMs > nowMs) return refused("the time is in the future");
      const day = new Date(forMs).toISOString().slice(0, 10);
      const subject = `${target} ${day}: ${formatMicroUsd(microUsd)}, ${tokens} tokens, ${requests} requests`;
      const entry: AuditEntry = { by, what: "correct-spend", subject, why, atMs: nowMs };
      const sums = { microUsd, tokens, requests };
      const done = await store.correctSpend({ target, atMs: forMs, scopes: scopesOf(target), ...sums }, entry);
      if (done === undefined) {
        return refused(`the ledger has less than that for ${target} on ${day} (UTC): see plumbline status`);
      }
      return { target, ...done };
    },
  };
}
