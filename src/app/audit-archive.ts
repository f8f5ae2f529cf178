import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditDocument } from "../audit/document.ts";
import type { Experience } from "../audit/plan.ts";
import type { AuditFormat } from "../audit/render/formats.ts";
import { auditRenderers } from "./audit-renderers.ts";

/** Keeps an audit beside earlier ones: JSON always, for comparison, and the form that was asked for. Names the files. */
export function keepAudit(folder: string, document: AuditDocument, format: AuditFormat): string[] {
  mkdirSync(folder, { recursive: true });
  const stamp = document.startedAt.replaceAll(/[:.]/g, "-");
  const formats = [...new Set<AuditFormat>(["json", format])];
  return formats.map((each) => {
    const file = join(folder, `${document.target}-${stamp}.${each}`);
    writeFileSync(file, auditRenderers[each](document));
    return file;
  });
}

/** An audit that was kept; undefined when the file is none. */
export function readAudit(file: string): AuditDocument | undefined {
  try {
    const document = JSON.parse(readFileSync(file, "utf8")) as Partial<AuditDocument> | null;
    const isAudit = document?.schema === 1 && document.decision !== undefined && document.evidence !== undefined;
    return isAudit ? (document as AuditDocument) : undefined;
  } catch {
    return undefined;
  }
}

/** The newest audit of a target in a folder. */
export function lastAudit(folder: string, target: string): AuditDocument | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => name.startsWith(`${target}-2`) && name.endsWith(".json"));
  return files
    .toSorted()
    .toReversed()
    .map((name) => readAudit(join(folder, name)))
    .find((document) => document?.target === target);
}

/** What each request of an earlier audit has cost: the best estimate of what it will cost again. */
export function experienceOf({ evidence }: AuditDocument): Experience {
  const costs = evidence.flatMap(({ injected, scenario, call, microUsd, errorCode }) => {
    const cost = microUsd ?? (errorCode === null ? undefined : 0);
    return injected !== null || cost === undefined ? [] : [[`${scenario}/${call}`, cost] as const];
  });
  return { microUsd: new Map(costs) };
}
