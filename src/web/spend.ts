import type { Operations } from "../operate/operations.ts";
import { getSpend } from "../operate/spend-days.ts";
import { correctSpend } from "../operate/spend.ts";
import { type Route, route } from "./route.ts";

export function spendRoutes({ spend }: Operations): Route[] {
  return [route(getSpend, () => spend.read()), route(correctSpend, ({ body, by }) => spend.correct(body, by))];
}
