import type { Answer, AnyRequest, Operation, OperationRequest } from "../operate/operation.ts";

/** A question that could not be answered, in words for the assistant. */
export interface NoAnswer {
  readonly problem: string;
}

export type AskService = <O extends Operation>(
  operation: O,
  request: OperationRequest<O> & AnyRequest,
) => Promise<{ readonly data: Answer<O> } | NoAnswer>;

/** What one audit says, without its evidence. */
export interface AuditLine {
  readonly file: string;
  readonly target: string;
  readonly model: string;
  readonly endedAt: string;
  readonly readiness: string;
  readonly because: string;
}

/** Everything that tools may look at. Nothing here changes anything, except `ask` with an operation that does. */
export interface ToolWorld {
  readonly ask: AskService;
  readonly nowMs: () => number;
  /** Kept audits, newest first, for a caller who may see them. */
  readonly audits: () => Promise<readonly AuditLine[] | NoAnswer>;
  /** One of them as JSON. */
  readonly audit: (file: string) => unknown;
}
