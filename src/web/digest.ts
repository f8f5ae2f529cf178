import { getDigest } from "../operate/digest.ts";
import type { Operations } from "../operate/operations.ts";
import { type Route, route } from "./route.ts";

export function digestRoutes({ digests }: Operations): Route[] {
  return [route(getDigest, ({ query }) => (query.of === "now" ? digests.now() : digests.last()))];
}
