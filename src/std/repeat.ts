import { exceptionFields, type Log } from "./log.ts";

/** Calls `work` at an interval until stopped; the composition root passes one that uses real timers. */
export type Every = (intervalMs: number, work: () => void) => { stop(): void };

export interface PeriodicTask {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** A turn that runs longer is logged and abandoned, so that one unanswered query does not stop the task for ever. */
  readonly deadlineMs: number;
  /** One turn. The signal aborts when the turn is abandoned; another turn may run from then on. */
  readonly run: (signal: AbortSignal) => Promise<unknown>;
  readonly log: Log;
}

export interface Repetition {
  /** Starts a turn now; during a turn, one more when it has ended, however often it is called. */
  trigger(): void;
  /** Ends the repetition and waits for the turn that is running, at most ten seconds. */
  stop(): Promise<void>;
}

interface Turn {
  readonly abort: AbortController;
  ended: Promise<void>;
  ticks: number;
}

const stopDeadlineMs = 10_000;

/** Runs a task at its interval, never two turns at once. The first turn starts with the first tick or trigger. */
export function repeatTask({ name, everyMs, deadlineMs, run, log }: PeriodicTask, every: Every): Repetition {
  const deadlineTicks = Math.max(1, Math.ceil(deadlineMs / everyMs));
  let turn: Turn | undefined;
  let isTriggered = false;
  let isStopped = false;

  const start = (): void => {
    isTriggered = false;
    const current: Turn = { abort: new AbortController(), ended: Promise.resolve(), ticks: 0 };
    turn = current;
    current.ended = run(current.abort.signal)
      .catch((error: unknown) => log.error("periodic task failed", { task: name, ...exceptionFields(error) }))
      .then(() => {
        if (turn !== current) return;
        turn = undefined;
        if (isTriggered && !isStopped) start();
      });
  };
  const tick = (): void => {
    if (isStopped) return;
    if (turn !== undefined && (turn.ticks += 1) < deadlineTicks) return;
    if (turn !== undefined) {
      log.error("periodic task exceeded its deadline and was abandoned", { task: name, deadlineMs });
      turn.abort.abort();
    }
    start();
  };
  const timer = every(everyMs, tick);

  return {
    trigger() {
      if (isStopped) return;
      if (turn === undefined) start();
      else isTriggered = true;
    },
    async stop() {
      isStopped = true;
      timer.stop();
      if (turn === undefined) return;
      const { promise: isLate, resolve } = Promise.withResolvers<void>();
      const limit = every(stopDeadlineMs, resolve);
      await Promise.race([turn.ended, isLate]);
      limit.stop();
    },
  };
}
