import type { Operations } from "../operate/operations.ts";
import { createSilence, expireSilence, listSilences } from "../operate/silences.ts";
import { type Route, route } from "./route.ts";

export function silenceRoutes({ silences }: Operations): Route[] {
  return [
    route(listSilences, () => silences.list()),
    route(createSilence, ({ body, by }) => silences.create(body, by)),
    route(expireSilence, ({ id, by }) => silences.expire(id, by)),
  ];
}
