import { listMaintenance } from "../operate/maintenance.ts";
import type { Operations } from "../operate/operations.ts";
import { cancelPlan, createPlan, listPlans } from "../operate/plans.ts";
import { type Route, route } from "./route.ts";

export function planRoutes({ plans, maintenance }: Operations): Route[] {
  return [
    route(listMaintenance, () => maintenance()),
    route(listPlans, () => plans.list()),
    route(createPlan, ({ body, by }) => plans.create(body, by)),
    route(cancelPlan, ({ id, by }) => plans.cancel(id, by)),
  ];
}
