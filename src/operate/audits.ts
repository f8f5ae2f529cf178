import { z } from "zod";
import { type AuditDocument, exposedIn } from "../audit/document.ts";
import { countRows } from "../audit/remedy.ts";
import type { Clock } from "../std/clock.ts";
import { auditDocument } from "./audit-document.ts";
import type { AuditEntry } from "./audit-log.ts";
import { at, by, name } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused, subjectOf } from "./operation.ts";

const keptAudit = z
  .object({
    id: name.describe("id of the audit"),
    target: name.describe("name of the target"),
    model: name.describe("model that was asked for"),
    environment: name.describe("environment of the audit"),
    readiness: auditDocument.shape.decision.shape.readiness.describe("the decision"),
    because: z.string().describe("the reason for the decision, in one sentence"),
    met: z.int().describe("rules that are met"),
    broken: z.int().describe("rules that are not met"),
    open: z.int().describe("rules that nobody can judge"),
    accepted: z.int().describe("rules that are not met, with an owner who accepted the risk"),
    startedAtMs: at("when it began"),
    addedAtMs: at("when it was sent to the service"),
    by,
  })
  .meta({ id: "KeptAudit", description: "an audit that the service keeps" });

export type KeptAudit = Plain<z.output<typeof keptAudit>>;

export const listAudits = {
  method: "GET",
  path: "/audits",
  summary: "list audits that the service keeps, newest first",
  scope: "read",
  query: z.object({ target: name.optional().describe("only audits of this target") }),
  answer: z.array(keptAudit),
} as const satisfies Operation;

export const getAudit = {
  method: "GET",
  path: "/audits/{id}",
  summary: "get one audit in full",
  scope: "read",
  subject: subjectOf("audit", "the id of the audit"),
  answer: z.object({ audit: keptAudit, document: auditDocument }),
} as const satisfies Operation;

export const addAudit = {
  method: "POST",
  path: "/audits",
  summary: "keep a finished audit; the oldest of a target make room",
  status: 201,
  scope: "write",
  conflicts: true,
  body: auditDocument,
  answer: keptAudit,
} as const satisfies Operation;

/** Of one target, and of all: what is beyond makes room, the oldest first. */
export const mostOfTarget = 50;
export const mostAudits = 1000;

export interface AuditArchive {
  /** Newest first. */
  audits(target: string | undefined): Promise<readonly KeptAudit[]>;
  audit(id: string): Promise<{ readonly audit: KeptAudit; readonly document: AuditDocument } | undefined>;
  /** False when one with its id is kept already. */
  addAudit(audit: KeptAudit, document: AuditDocument, entry: AuditEntry): Promise<boolean>;
}

export interface Audits {
  list(target?: string): Promise<readonly KeptAudit[]>;
  get(id: string): ReturnType<AuditArchive["audit"]>;
  add(document: AuditDocument, by: string): Promise<KeptAudit | Refused>;
}

interface AuditsWorld {
  readonly store: AuditArchive;
  readonly clock: Clock;
}

export function createAudits({ store, clock }: AuditsWorld): Audits {
  return {
    list: (target) => store.audits(target),
    get: (id) => store.audit(id),
    async add(document, owner) {
      const exposed = exposedIn(document);
      if (exposed.length > 0) return refused(`the audit contains ${exposed.join(", ")}: it was not stored`);
      const { id, target, model, environment, decision, startedAt } = document;
      const { readiness, because, results } = decision;
      const addedAtMs = clock.nowMs();
      const startedAtMs = Date.parse(startedAt);
      const audit: KeptAudit = {
        id,
        target,
        model,
        environment,
        readiness,
        because,
        startedAtMs,
        addedAtMs,
        by: owner,
        ...countRows(results),
      };
      const why = `${target}: ${readiness}`;
      const entry: AuditEntry = { by: owner, what: "add-audit", subject: id, why, atMs: addedAtMs };
      return (await store.addAudit(audit, document, entry)) ? audit : refused("an audit with this id already exists");
    },
  };
}
