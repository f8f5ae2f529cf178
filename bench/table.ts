import { goals, isMet, mustOf } from "./goals.ts";
import { recorded } from "./record.ts";

/** The newest value of each goal that a bench has measured, as a table of Markdown. */
const newest = new Map(
  recorded().flatMap(({ values, at, load }) =>
    Object.entries(values).map(([key, value]) => [key, { value, at, load }]),
  ),
);
const rows = goals.map((goal) => {
  const found = newest.get(goal.key);
  if (found === undefined) return [goal.what, mustOf(goal), "not measured", ""];
  const { value, at, load } = found;
  const shown = `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${goal.unit}`.trim();
  return [
    goal.what,
    mustOf(goal),
    `${shown}${isMet(goal, value) ? "" : ", missed"}`,
    `${at.slice(0, 10)}, load ${load}`,
  ];
});
const lines = [["what", "goal", "measured", "when, load of the machine"], ["---", "---", "---", "---"], ...rows];
process.stdout.write(`${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`);
