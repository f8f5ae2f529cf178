import { createHash } from "node:crypto";
import type { AuditDocument } from "../audit/document.ts";
import { auditBody } from "./audit.ts";
import { html, trusted } from "./html.ts";

/** The page of an audit as one file that fetches nothing and runs nothing: its policy forbids it. */
export function auditFile(audit: AuditDocument, style: string): string {
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="referrer" content="no-referrer" />
        <title>Audit of ${audit.target}: ${audit.decision.readiness}</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <main id="main">${auditBody(audit)}</main>
      </body>
    </html> `.toString();
}
