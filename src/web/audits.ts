import { addAudit, getAudit, listAudits } from "../operate/audits.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function auditRoutes({ audits }: Operations): Route[] {
  return [
    route(listAudits, ({ query }) => audits.list(query.target)),
    route(getAudit, ({ id }) => audits.get(id)),
    route(addAudit, ({ body, by }) => audits.add(body, by)),
  ];
}
