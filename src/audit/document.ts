import type { Decision } from "./decision.ts";
import type { EvidenceRow } from "./evidence.ts";
import type { AuditedShape } from "./replies.ts";
import type { RunbookLine } from "./runbook.ts";
import type { SinkSearch } from "./view.ts";
import type { WorksheetItem } from "./worksheet.ts";

/** Everything an audit writes; JSON as it stands, and what the renderers read. */
export interface AuditDocument {
  readonly schema: 1;
  readonly id: string;
  readonly target: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly provider: string;
  readonly environment: string;
  /** The page that the contract was checked against. */
  readonly documentation: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly announced: Sums & { readonly atMostRequests: number; readonly atMostMicroUsd: number | null };
  readonly sent: Sums & { readonly tokens: number | null };
  readonly decision: Decision;
  readonly worksheet: readonly WorksheetItem[];
  readonly runbook: readonly RunbookLine[];
  readonly runs: readonly RunLine[];
  readonly evidence: readonly EvidenceRow[];
  readonly sinks: readonly SinkSearch[];
  /** What the replies were made of: what probes may begin with. Audits of before this was kept have none. */
  readonly shapes?: readonly AuditedShape[] | undefined;
  /** How the answers compare with those of another target. */
  readonly comparison?: ComparisonRecord | undefined;
  /** Configuration of probes that go on watching what was seen. */
  readonly suggestedProbes: string;
}

export interface ComparisonRecord {
  /** Name of the other target. */
  readonly reference: string;
  readonly result: "same" | "different" | "cannot tell yet";
  /** Mean Jensen-Shannon divergence of the questions, and what chance alone makes, in bits. */
  readonly distance: number;
  readonly byChance: number;
  readonly pairs: number;
  /** How often the audited target gave each answer, by question: words of closed sets, and hashes. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Sums {
  readonly requests: number;
  readonly microUsd: number | null;
}

export interface RunLine {
  readonly run: string;
  readonly scenario: string;
  readonly summary: string;
  readonly verdict: string;
  readonly reason: string | null;
  /** `not retried: 401 after 1 attempt`, each with what became of it. */
  readonly checks: readonly {
    readonly subject: string;
    readonly outcome: string;
    readonly observed: string;
    readonly expected: string;
  }[];
  readonly findings: readonly { readonly subject: string; readonly observed: string; readonly expected: string }[];
  readonly requests: number;
  readonly microUsd: number | null;
}

/** Names of canaries and secrets that were found in the document itself: it must not go anywhere. */
export function exposedIn({ sinks }: Pick<AuditDocument, "sinks">): string[] {
  return sinks.flatMap(({ sink, found }) => (sink === documentSink ? found : []));
}

/** The audit itself, among the sinks that are searched. */
export const documentSink = "this audit";
