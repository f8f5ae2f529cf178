import type { ClientPolicy } from "../probe/target.ts";
import type { Phase } from "./exchange.ts";

/** What has happened so far, in milliseconds since the attempt began. */
export interface Progress {
  connectedMs?: number | undefined;
  headersMs?: number | undefined;
  /** Streams: content has come, or none is to be waited for. */
  contentSettled: boolean;
  lastPieceMs?: number | undefined;
  /** Streams: when the finish reason came. */
  finishedMs?: number | undefined;
}

/** The deadline that strikes first, and which one it is. Pure. */
export function nextDeadline(
  progress: Progress,
  policy: ClientPolicy,
): { readonly phase: Phase; readonly atMs: number } {
  const deadlines: { phase: Phase; atMs: number }[] = [{ phase: "total", atMs: policy.totalMs }];
  if (progress.headersMs === undefined) {
    if (progress.connectedMs === undefined) deadlines.push({ phase: "connect", atMs: policy.connectMs });
    deadlines.push({ phase: "first-byte", atMs: policy.firstByteMs });
  } else {
    if (!progress.contentSettled) deadlines.push({ phase: "first-content", atMs: policy.firstContentMs });
    // After the finish reason, comments are no sign of life.
    const aliveMs = progress.finishedMs ?? progress.lastPieceMs ?? progress.headersMs;
    deadlines.push({ phase: "idle", atMs: aliveMs + policy.idleMs });
  }
  return deadlines.reduce((first, other) => (other.atMs < first.atMs ? other : first));
}
