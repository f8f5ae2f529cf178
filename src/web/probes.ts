import type { Operations } from "../operate/operations.ts";
import { getRun, listProbes, listRuns, pauseProbe, resumeProbe, runProbeNow } from "../operate/probes.ts";
import { type Route, route } from "./route.ts";

export function probeRoutes({ probes }: Operations): Route[] {
  return [
    route(listProbes, () => probes.list()),
    route(runProbeNow, ({ id, by }) => probes.runNow(id, by)),
    route(pauseProbe, ({ id, by, body }) => probes.pause(id, by, body.why)),
    route(resumeProbe, ({ id, by }) => probes.resume(id, by)),
    route(listRuns, ({ query }) => probes.runs(query.probe)),
    route(getRun, ({ id }) => probes.run(id)),
  ];
}
