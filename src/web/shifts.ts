import type { Operations } from "../operate/operations.ts";
import { readShifts } from "../operate/shifts.ts";
import { type Route, route } from "./route.ts";

export function shiftRoutes({ shifts }: Operations): Route[] {
  return [route(readShifts, ({ query }) => shifts(query.month))];
}
