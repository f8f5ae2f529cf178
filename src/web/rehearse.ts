import type { Operations } from "../operate/operations.ts";
import { rehearseIncident } from "../operate/rehearse.ts";
import { type Route, route } from "./route.ts";

export function rehearsalRoutes({ rehearse }: Operations): Route[] {
  return [route(rehearseIncident, ({ body }) => rehearse(body))];
}
