import { z } from "zod";
import { at } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";

const auditEntry = z
  .object({
    by: z.string().describe("who: the name of a token, the receiver of a link, or local"),
    what: z
      .enum([
        "acknowledge",
        "resolve",
        "silence",
        "expire-silence",
        "extend-silence",
        "retry-delivery",
        "accept-baseline",
        "reject-baseline",
        "import-baseline",
        "run-now",
        "pause",
        "resume",
        "exclude-incident",
        "mark-noise",
        "plan-change",
        "cancel-plan",
        "correct-spend",
        "add-audit",
      ])
      .describe("what was done"),
    subject: z.string().describe("id of the changed incident, series, probe or other subject"),
    why: z.string().describe("the reason"),
    atMs: at("when"),
  })
  .meta({ id: "AuditEntry" });

/** What a person has done. The store keeps it in the same transaction as the change itself. */
export type AuditEntry = Plain<z.output<typeof auditEntry>>;

export interface AuditStore {
  /** Newest first. */
  acts(limit: number): Promise<readonly AuditEntry[]>;
}

export const listAuditLog = {
  method: "GET",
  path: "/audit-log",
  formerPath: "/acts",
  summary: "list who did what by hand, when and why, newest first",
  scope: "read",
  answer: z.array(auditEntry),
} as const satisfies Operation;
