import {
  acceptIncident,
  diffBaseline,
  exportBaseline,
  getBaseline,
  importBaseline,
  listBaselines,
  rejectBaseline,
} from "../operate/baselines.ts";
import type { BaselineChanged } from "../operate/change-baselines.ts";
import type { Refused } from "../operate/operation.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function baselineRoutes({ baselines }: Operations): Route[] {
  return [
    route(listBaselines, ({ query }) => baselines.list(query.probe)),
    route(getBaseline, ({ id }) => baselines.history(id)),
    route(diffBaseline, ({ id, query }) => baselines.diff(id, query.from, query.to)),
    route(exportBaseline, ({ id }) => baselines.exported(id)),
    route(importBaseline, async ({ id, by, body }) => changed(await baselines.imported(id, body.file, by, body.why))),
    route(rejectBaseline, async ({ id, by, body }) => changed(await baselines.reject(id, by, body.why, body.to))),
    route(acceptIncident, async ({ id, by, body }) => changed(await baselines.accept(id, by, body.why))),
  ];
}

function changed(result: BaselineChanged | Refused | undefined) {
  return result?.kind === "done" ? result.series : result;
}
