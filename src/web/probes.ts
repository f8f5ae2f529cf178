import type { Operations } from "../operate/operations.ts";
import { getBoard } from "../operate/board.ts";
import { getChart } from "../operate/chart.ts";
import { getRun, listProbes, listRuns, pauseProbe, resumeProbe, runProbeNow } from "../operate/probes.ts";
import { type Route, route } from "./route.ts";

export function probeRoutes({ probes, boards, charts }: Operations): Route[] {
  return [
    route(getBoard, ({ query }) => boards.read(query.search, query.page)),
    route(getChart, ({ id, query }) => charts.read(id, query.from, query.to)),
    route(listProbes, () => probes.list()),
    route(runProbeNow, ({ id, by }) => probes.runNow(id, by)),
    route(pauseProbe, ({ id, by, body }) => probes.pause(id, by, body.why)),
    route(resumeProbe, ({ id, by }) => probes.resume(id, by)),
    route(listRuns, ({ query }) => probes.runs(query.probe, query.how)),
    route(getRun, ({ id }) => probes.run(id)),
  ];
}
