import type { RunReport } from "../run/run.ts";
import type { ExitCode } from "./standing.ts";

export interface ReportOptions {
  readonly colour: boolean;
}

export interface Rendered {
  /** Ends with a line break. */
  readonly output: string;
  readonly exitCode: ExitCode;
}

/** Turns runs into text. Pure. */
export type Reporter = (reports: readonly RunReport[], options: ReportOptions) => Rendered;
