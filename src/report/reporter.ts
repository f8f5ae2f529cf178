import type { RunReport } from "../run/run.ts";
import type { ExitCode, FailOn } from "./run-outcome.ts";

export interface ReportOptions {
  readonly colour: boolean;
  /** Only findings this serious, or more, make a run a failure; undefined = every drift and failure. */
  readonly failOn?: FailOn | undefined;
}

export interface Rendered {
  /** Ends with a line break. */
  readonly output: string;
  readonly exitCode: ExitCode;
}

/** Turns runs into text. Pure. */
export type Reporter = (reports: readonly RunReport[], options: ReportOptions) => Rendered;
