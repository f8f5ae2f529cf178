/** Every form an audit is written in, by the name that `--format` takes. */
export const auditFormats = ["md", "json", "html"] as const;

export type AuditFormat = (typeof auditFormats)[number];
