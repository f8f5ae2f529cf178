import type { AuditDocument } from "../document.ts";
import { htmlAudit } from "./html.ts";
import { markdownAudit } from "./markdown.ts";

/** Every form an audit is written in, by the name that `--format` takes. */
export const auditRenderers = {
  md: markdownAudit,
  json: (audit: AuditDocument): string => `${JSON.stringify(audit, null, 2)}\n`,
  html: htmlAudit,
} as const satisfies Readonly<Record<string, (audit: AuditDocument) => string>>;

export type AuditFormat = keyof typeof auditRenderers;

export const auditFormats = ["md", "json", "html"] as const satisfies readonly AuditFormat[];
