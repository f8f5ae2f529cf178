import type { Overview } from "../operate/overview.ts";
import { formatMicroUsd } from "../std/money.ts";
import { printable, type Segment, segment } from "./terminal-text.ts";

/** ` mini per day  $0.12 of $0.50 · $1.40 this month, about $3.20 by its end` */
export function capLines({ spendCaps = [] }: Pick<Overview, "spendCaps">): readonly (readonly Segment[])[] {
  return spendCaps.map(({ label, unit, used, limit, monthUsed, monthProjected, span }) => {
    const say = (amount: number): string => (unit === "microUsd" ? formatMicroUsd(amount) : String(amount));
    const ofWhat = unit === "microUsd" ? "" : ` ${unit}`;
    const name = printable(label.replace("spend cap of ", ""));
    const month = [
      ...(span === "month" ? [] : [`${say(monthUsed)} this month`]),
      ...(monthProjected === undefined ? [] : [`about ${say(monthProjected)} by its end`]),
    ].join(", ");
    const isOver = used >= limit || (span === "month" && monthProjected !== undefined && monthProjected > limit);
    const line = [` ${name}  ${say(used)} of ${say(limit)}${ofWhat}`, ...(month === "" ? [] : [month])].join(" · ");
    return [segment(line, isOver ? "notice" : "dim")];
  });
}
