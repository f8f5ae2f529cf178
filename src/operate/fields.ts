import { z } from "zod";
import { findingKinds, severities } from "../probe/finding-kinds.ts";

/** Fields that several operations share. */
export const name = z.string().min(1).max(200);
export const atMs = z.number().describe("milliseconds since 1970-01-01 UTC");
export const at = (what: string) => z.number().describe(`${what}, in milliseconds since 1970-01-01 UTC`);
/** Of requests: until the year 2100, so that nothing computed from it leaves the range of dates. */
export const givenAt = (what: string) =>
  z.int().min(0).max(4_102_444_800_000).describe(`${what}, in milliseconds since 1970-01-01 UTC`);
/** As many as a column of PostgreSQL can count. */
export const mostVersions = 2_147_483_647;
export const by = z.string().describe("who: the name of a token, or local");

export const reason = z.string().trim().min(1).max(500).describe("reason, kept in the audit log");
export const because = z.object({ why: reason });

export const findingKind = z.enum(findingKinds);
export const severity = z.enum(severities);

export const finding = z
  .object({
    kind: findingKind.describe("kind of the broken rule"),
    severity: severity.describe("severity"),
    subject: z.string().describe("subject of the finding, such as a path or the total time"),
    expected: z.string().describe("the expected value"),
    observed: z.string().describe("the observed value"),
    why: z.string().optional().describe("consequence, and probability of chance"),
    baselineVersion: z.number().optional().describe("version of the baseline in the comparison"),
  })
  .meta({ id: "Finding" });

export const learning = z.object({
  done: z.number().describe("runs so far"),
  of: z.number().describe("runs needed"),
});
