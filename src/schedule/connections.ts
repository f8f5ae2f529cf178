/** What a queue runs on. The code above it does not know which. */
export interface Connections {
  /** What BullMQ's `connection` option takes; for a worker, one that waits as long as it takes. */
  forQueue(): object;
  forWorker(): object;
  /** Undoes what `forWorker` took. */
  endWorker(connection: object): void;
  clockMs(): Promise<number>;
  /** Rejects when nothing can be written. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

/** Redis gave no answer, or not the one to begin with. */
export class QueueUnreachable extends Error {}

export const slotsQueuePrefix = "plumbline-slots-";
export const ticksQueue = "plumbline-ticks";
export const deliveriesQueue = "plumbline-deliveries";

/** A fault's code or class, never its message: that may quote a URL, a statement or a value. */
export function faultName(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  // Redis begins its messages with a code: READONLY, OOM.
  if (error.name === "ReplyError") return /^[A-Z]{3,20}(?= )/.exec(error.message)?.[0] ?? error.name;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return /^\w{1,60}$/.test(code) ? code : "Error";
}
