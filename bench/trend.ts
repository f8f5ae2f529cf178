import { goals } from "./goals.ts";
import { recorded } from "./record.ts";

/** Compares the newest value of each goal with the one before. Fails when one is worse by more than a tenth. */
const most = 0.1;
const values = Map.groupBy(
  recorded().flatMap((entry) => Object.entries(entry.values).map(([key, value]) => ({ key, value, ...entry }))),
  ({ key }) => key,
);
const worse = goals.flatMap((goal) => {
  const [before, now] = values.get(goal.key)?.slice(-2) ?? [];
  if (before === undefined || now === undefined || before.value === 0) return [];
  const change = now.value / before.value - 1;
  const isWorse = goal.most === undefined ? change < -most : change > most;
  const text = `${goal.what}: ${before.value.toPrecision(3)} → ${now.value.toPrecision(3)} ${goal.unit} (load ${before.load}, ${now.load})`;
  process.stdout.write(`${isWorse ? "worse  " : "       "}${text}\n`);
  return isWorse ? [goal.key] : [];
});
process.exitCode = worse.length > 0 ? 1 : 0;
