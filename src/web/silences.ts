import type { Operations } from "../operate/operations.ts";
import { createSilence, expireSilence, extendSilence, listSilences, previewSilence } from "../operate/silences.ts";
import { type Route, route } from "./route.ts";

export function silenceRoutes({ silences }: Operations): Route[] {
  return [
    route(listSilences, () => silences.list()),
    route(createSilence, ({ body, by }) => silences.create(body, by)),
    route(previewSilence, ({ body }) => silences.preview(body.matcher)),
    route(extendSilence, ({ id, body, by }) => silences.extend(id, body.durationMs, body.why, by)),
    route(expireSilence, ({ id, by }) => silences.expire(id, by)),
  ];
}
