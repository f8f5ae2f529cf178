import { parse } from "yaml";
import { z } from "zod";
import type { PinnedReplies } from "../probe/audit-terms.ts";
import { closestTo } from "./closest.ts";

const word = z.string().min(1).max(200);

const reply = z.strictObject({
  status: z.int().min(100).max(599).optional(),
  errorType: word.optional(),
  errorCode: z.union([word, z.int()]).optional(),
  finishReason: word.optional(),
  servedModel: word.optional(),
});

const file = z.record(z.string(), reply);

/** The expectations in a file given to `--expect`, or what is wrong with it. `scenarios`: all known scenarios. */
export function readExpectations(
  text: string,
  scenarios: readonly string[],
): { readonly pinned: PinnedReplies } | { readonly problems: readonly string[] } {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return { problems: ["not valid YAML"] };
  }
  const read = file.safeParse(value);
  if (!read.success) {
    return { problems: read.error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`) };
  }
  const problems = Object.keys(read.data).flatMap((key) => {
    const [scenario = ""] = key.split("/");
    if (scenarios.includes(scenario)) return [];
    const closest = closestTo(scenario, scenarios);
    return [`${key}: no such scenario${closest === undefined ? "" : `; did you mean ${closest}?`}`];
  });
  return problems.length > 0 ? { problems } : { pinned: read.data };
}
