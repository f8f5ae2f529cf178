import { githubReport } from "./github.ts";
import { jsonReport } from "./json.ts";
import { junitReport } from "./junit.ts";
import { prettyReport } from "./pretty.ts";
import type { Reporter } from "./reporter.ts";

export const reporterNames = ["pretty", "json", "junit", "github"] as const;
export type ReporterName = (typeof reporterNames)[number];

/** Every reporter by the name that `--reporter` takes. */
export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  pretty: prettyReport,
  json: jsonReport,
  junit: junitReport,
  github: githubReport,
};

export function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(reporters, name);
}
