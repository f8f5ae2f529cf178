import { readFileSync } from "node:fs";
import type { AuditDocument } from "../audit/document.ts";
import type { AuditFormat } from "../audit/render/formats.ts";
import { markdownAudit } from "../audit/render/markdown.ts";
import { auditFile } from "../pages/audit-file.ts";

const style = (): string => readFileSync(new URL("../pages/assets/style.css", import.meta.url), "utf8");

/** How each form is written. */
export const auditRenderers: Readonly<Record<AuditFormat, (audit: AuditDocument) => string>> = {
  md: markdownAudit,
  json: (audit) => `${JSON.stringify(audit, null, 2)}\n`,
  html: (audit) => auditFile(audit, style()),
};
