import { listDeliveries, retryDelivery } from "../operate/deliveries.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function deliveryRoutes({ deliveries }: Operations): Route[] {
  return [
    route(listDeliveries, ({ query }) => deliveries.list(query.state)),
    route(retryDelivery, ({ id, by }) => deliveries.retry(id, by)),
  ];
}
