import { type MetricSpec, metrics, prometheusName } from "../../src/telemetry/metric-names.ts";

const labelName = (attribute: string): string => attribute.replaceAll(".", "_");
const specs = Object.values<MetricSpec>(metrics);
const series = new Set(
  specs.flatMap((spec) => {
    const name = prometheusName(spec);
    return spec.kind === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => `${name}${suffix}`) : [name];
  }),
);
const labels = new Set([...specs.flatMap(({ attributes }) => attributes.map(labelName)), "le", "instance", "job"]);
const words = new Set(
  `and or unless on by without group_left group_right ignoring bool offset sum max min avg count rate increase abs absent
  histogram_quantile quantile_over_time time topk bottomk avg_over_time max_over_time min_over_time changes clamp_min
  label_replace delta predict_linear vector inf count_over_time sum_over_time`.split(/\s+/),
);

/** Metrics and labels of a query that nothing of ours writes; `recorded` are the names of recording rules. */
export function strangeNames(query: string, recorded: readonly string[]): string[] {
  const plain = query.replaceAll(/"(?:\\.|[^"\\])*"/g, '""');
  const grouped = [...plain.matchAll(/\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)/g)].map(
    ([, list = ""]) => list,
  );
  const matched = [...plain.matchAll(/\{([^}]*)\}/g)].map(([, list = ""]) => list.replaceAll(/(=~|!~|!=|=)\s*""/g, ""));
  const usedLabels = [...grouped, ...matched].flatMap((list) => list.split(",").map((label) => label.trim()));
  const rest = plain
    .replaceAll(/\b(?:by|without|on|ignoring|group_left)\s*\([^)]*\)/g, " ")
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|\boffset\s+\w+/g, " ");
  const usedNames = rest.match(/[a-zA-Z_:][\w:]*/g) ?? [];
  return [
    ...usedNames.filter((name) => !words.has(name) && !series.has(name) && !recorded.includes(name)),
    ...usedLabels.filter((label) => label !== "" && !labels.has(label)),
  ];
}
