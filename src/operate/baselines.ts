import { z } from "zod";
import { aspects } from "../baseline/baseline.ts";
import type { Json } from "../std/json.ts";
import { at, because, learning, reason, mostVersions } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";
import { card } from "./series-card.ts";

const version = z
  .object({
    version: z.number().describe("counted from 1"),
    n: z.number().describe("runs it was learned from"),
    acceptedAtMs: at("when it was accepted"),
    by: z.string().describe("who: plumbline itself, or the name of a token"),
    why: z.string().describe("the reason"),
  })
  .meta({ id: "BaselineVersion", description: "one version of a baseline" });

const series = z
  .object({
    series: z
      .object({
        id: z.string().describe("id of the series"),
        probeId: z.string().describe("the probe, such as valid@default"),
        aspect: z.enum(aspects).describe("what is compared"),
        label: z.string().describe("description of the series"),
      })
      .describe("what is compared"),
    baseline: version.optional().describe("the newest version; missing while the first is learned"),
    learning: learning.optional().describe("learning progress of the first version"),
    lastSlotMs: at("when its newest run was due"),
    isIdle: z.boolean().optional().describe("the baseline no longer applies"),
  })
  .meta({ id: "Series", description: "a series and its newest baseline" });

const history = z
  .object({
    series,
    versions: z.array(version).describe("all versions that are kept, oldest first"),
    normal: z.array(z.string()).describe("what is normal according to the newest version, in sentences"),
    card: card
      .optional()
      .describe("the baseline in numbers, with its false-alarm promise; missing for shapes of replies"),
  })
  .meta({ id: "BaselineHistory" });

export const diffRow = z.object({
  path: z.string().describe("path in the reply"),
  before: z.string().describe("value in the older version"),
  after: z.string().describe("value in the newer version"),
  severity: z.string().describe("severity that a finding would have"),
  why: z.string().describe("reason for the severity"),
});

const diff = z
  .object({
    from: z.number().describe("the older version"),
    to: z.number().describe("the newer version"),
    diff: z
      .looseObject({
        rows: z.array(diffRow).describe("one row for each difference"),
      })
      .describe("as JSON, for programs"),
    text: z.string().describe("as text, for people"),
  })
  .meta({ id: "BaselineDiff" });

export const json: z.ZodType<Json> = z
  .lazy(() => z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]))
  .meta({ id: "Json", description: "what is normal; the format belongs to the judge" });

export const baselineFile = z
  .object({
    kind: z.literal("plumbline-baseline").describe("type of the file"),
    v: z.literal(1).describe("version of the format"),
    aspect: z.string().describe("what is compared; must be the aspect of the series"),
    label: z.string().describe("description of the series"),
    version: z.number().describe("the exported version"),
    n: z.int().min(0).max(mostVersions).describe("runs it was learned from"),
    learned: json,
  })
  .meta({ id: "BaselineFile", description: "an exported baseline" });

export type SeriesView = Plain<z.output<typeof series>>;
export type BaselineHistory = Plain<z.output<typeof history>>;
export type BaselineDiff = Plain<z.output<typeof diff>>;
/** A baseline that leaves one installation to be used in another. */
export type BaselineFile = Plain<z.output<typeof baselineFile>>;

const subject = subjectOf("series", "the id of the series, as in the list of baselines");
const versionNumber = z.coerce.number().int().min(1).max(mostVersions).optional();

export const listBaselines = {
  method: "GET",
  path: "/baselines",
  summary: "list all series with their newest baseline or their learning progress",
  scope: "read",
  query: z.object({
    probe: z.string().max(200).optional().describe("only series of this probe, such as valid@default"),
  }),
  answer: z.array(series),
} as const satisfies Operation;

export const getBaseline = {
  method: "GET",
  path: "/baselines/{id}",
  summary: "show one series: all versions of its baseline, and what the newest takes for normal",
  scope: "read",
  subject,
  answer: history,
} as const satisfies Operation;

export const diffBaseline = {
  method: "GET",
  path: "/baselines/{id}/diff",
  summary: "compare two versions of a baseline; default: the newest two",
  scope: "read",
  subject,
  conflicts: true,
  query: z.object({
    from: versionNumber.describe("the older version; default: the one before the newer"),
    to: versionNumber.describe("the newer version; default: the newest"),
  }),
  answer: diff,
} as const satisfies Operation;

export const exportBaseline = {
  method: "GET",
  path: "/baselines/{id}/export",
  summary: "export the newest baseline as a file for another installation",
  scope: "read",
  subject: subjectOf("baseline", "the id of the series, as in the list of baselines"),
  answer: baselineFile,
} as const satisfies Operation;

export const importBaseline = {
  method: "POST",
  path: "/baselines/{id}/import",
  summary: "import an exported baseline as a new version",
  scope: "write",
  subject,
  conflicts: true,
  body: z.strictObject({ file: baselineFile, why: reason }),
  answer: series,
} as const satisfies Operation;

export const rejectBaseline = {
  method: "POST",
  path: "/baselines/{id}/reject",
  summary: "go back to the previous baseline or to a given version",
  scope: "write",
  subject,
  conflicts: true,
  body: z.strictObject({
    why: reason,
    to: z
      .int()
      .min(1)
      .max(mostVersions)
      .optional()
      .describe("the version to go back to; default: the one before the newest"),
  }),
  answer: series,
} as const satisfies Operation;

export const acceptIncident = {
  method: "POST",
  path: "/incidents/{id}/accept",
  summary: "accept what an incident found as the new normal; sends nothing and can be undone",
  scope: "write",
  subject: subjectOf("incident", "the id of the incident, as in the alert"),
  conflicts: true,
  body: because,
  answer: series,
} as const satisfies Operation;
