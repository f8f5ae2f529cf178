import { readAccount } from "../operate/account.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function accountRoutes({ accounts }: Operations): Route[] {
  return [route(readAccount, ({ query }) => accounts.read(query.fromMs, query.toMs))];
}
