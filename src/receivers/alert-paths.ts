import type { z } from "zod";
import { isAlertPath } from "../probe/template.ts";

/** Reports each path that no alert has. */
export function refusePaths(paths: readonly string[], context: z.core.$RefinementCtx): void {
  for (const path of paths) {
    if (isAlertPath(path)) continue;
    context.addIssue({ code: "custom", message: `a field of an alert; {{${path.slice(0, 40)}}} is not a field` });
  }
}
