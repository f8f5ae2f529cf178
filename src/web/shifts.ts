import type { Operations } from "../operate/operations.ts";
import { readReport } from "../operate/month-report.ts";
import { readShifts } from "../operate/shifts.ts";
import { type Route, route } from "./route.ts";

export function shiftRoutes({ shifts, report }: Operations): Route[] {
  return [
    route(readShifts, ({ query }) => shifts(query.month)),
    route(readReport, ({ id, query }) => report(id, query.month)),
  ];
}
