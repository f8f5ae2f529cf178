import { listAuditLog } from "../operate/audit-log.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function auditLogRoutes({ auditLog }: Operations): Route[] {
  return [route(listAuditLog, () => auditLog())];
}
