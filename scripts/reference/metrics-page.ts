import { latestNames, type MetricSpec, metrics, prometheusName } from "../../src/telemetry/metric-names.ts";
import { anchor, code, sentence, table, titled } from "./markdown.ts";
import { meaningOf, valuesOf, vocabularyOf } from "./telemetry-words.ts";

const intro = [
  "Prometheus reads the metrics at `/metrics`. If you configure a collector ([environment](environment.md#telemetry)), Plumbline also exports them by OTLP. " +
    "Each metric has two names: the first for OpenTelemetry, the second for Prometheus.",
  "The configuration decides how many series there can be: the values of attributes come from it or from the closed lists below, never from a reply.",
];

const groups: readonly (readonly [title: string, names: RegExp])[] = [
  ["Probes and runs", /^probe_|^plumbline\.(runs?|probe|findings|requests)\b/],
  ["Calls", /^gen_ai\./],
  ["Money", /^plumbline\.(spend|cap)\./],
  ["Schedule", /^plumbline\.(slots?|schedule|reconciliations|clock)\b/],
  ["Alerts", /^plumbline\.(deliver|outbox|incidents|error_budget|target|baseline|output)/],
  ["Queue and store", /^plumbline\.(queue|store)\./],
  ["The process", /^plumbline\.(telemetry|config|role|health)\.|^nodejs\./],
];

/** The page about metrics, from the table that decides what is recorded. */
export function metricsPage(): string {
  const specs = Object.values<MetricSpec>(metrics);
  const homeless = specs.filter(({ name }) => groups.filter(([, names]) => names.test(name)).length !== 1);
  if (homeless.length > 0) throw new Error(`no group in scripts/reference/metrics-page.ts for ${homeless[0]?.name}`);
  const attributes = [...new Set(specs.flatMap((spec) => spec.attributes))];
  return [
    titled("Metrics", "`src/telemetry/`", ...intro),
    ...groups.map(([title, names]) =>
      groupSection(
        title,
        specs.filter(({ name }) => names.test(name)),
      ),
    ),
    `## Attributes\n\nIn Prometheus, \`_\` replaces each dot.\n\n${table(
      ["attribute", "values", "meaning"],
      attributes.map((name) => [
        `<a id="${anchor(name)}"></a>${code(name)}`,
        shortValues(name, specs),
        sentence(meaningOf(name)),
      ]),
    )}`,
    valueSection(specs),
    bucketSection(specs),
    `## Newer names\n\nWith \`OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental\` Plumbline exports the metrics of calls under the newest names of the conventions; \`/metrics\` keeps the names above.\n\n${table(["name", "newest name"], newerNames())}`,
  ].join("\n");
}

function groupSection(title: string, specs: readonly MetricSpec[]): string {
  const rows = specs.map((spec) => [
    `${code(spec.name)}<br>${code(prometheusName(spec))}`,
    spec.kind === "observed" ? "gauge" : spec.kind,
    unitOf(spec),
    spec.attributes.map((name) => `[${code(name)}](#${anchor(name)})`).join(", "),
    sentence(spec.description),
  ]);
  return `## ${title}\n\n${table(["metric", "kind", "unit", "attributes", "meaning"], rows)}`;
}

const irregular: Readonly<Record<string, string>> = {
  "": "",
  s: "seconds",
  "{USD}": "US dollars",
  "{batch}": "batches",
  "{delivery}": "deliveries",
};

function unitOf({ unit }: MetricSpec): string {
  return irregular[unit] ?? `${unit.replaceAll(/[{}]/g, "")}s`;
}

function shortValues(attribute: string, specs: readonly MetricSpec[]): string {
  const lists = new Set(
    specs.filter((spec) => spec.attributes.includes(attribute)).map(({ name }) => valuesOf(attribute, name)),
  );
  if (lists.size > 1 || vocabularyOf(attribute).length > 0)
    return `[closed ${lists.size > 1 ? "lists" : "list"}](#values-of-attributes)`;
  const [values = ""] = lists;
  if (values === "") throw new Error(`the values of ${attribute} have no source in scripts/reference/vocabularies.ts`);
  return values;
}

/** Each list once, with the metrics it is of. */
function valueSection(specs: readonly MetricSpec[]): string {
  const lists = new Map<string, { attribute: string; metrics: string[]; values: ReturnType<typeof vocabularyOf> }>();
  for (const { name, attributes } of specs) {
    for (const attribute of attributes) {
      const values = vocabularyOf(attribute, name);
      if (values.length === 0) continue;
      const key = `${attribute} ${JSON.stringify(values)}`;
      const list = lists.get(key) ?? { attribute, metrics: [], values };
      lists.set(key, { ...list, metrics: [...list.metrics, name] });
    }
  }
  const sections = [...lists.values()].map(
    ({ attribute, metrics: on, values }) =>
      `### ${code(attribute)} of ${on.map(code).join(", ")}\n\n${extraOf(attribute)}${table(
        ["value", "meaning"],
        values.map(([value, meaning]) => [code(value), sentence(meaning)]),
      )}`,
  );
  return `## Values of attributes\n\n${sections.join("\n")}`;
}

function extraOf(attribute: string): string {
  return attribute === "error.type"
    ? "A status of 400 or more, such as `429`, or a class of fault; absent without an error.\n\n"
    : "";
}

function bucketSection(specs: readonly MetricSpec[]): string {
  const rows = specs.flatMap(({ name, buckets = [] }) =>
    buckets.length === 0 ? [] : [[code(name), buckets.join(", ")]],
  );
  return `## Buckets\n\n${table(["histogram", "upper limits"], rows)}`;
}

function newerNames(): string[][] {
  return Object.entries(latestNames).map(([name, latest]) => [
    code(name),
    typeof latest === "string"
      ? code(latest)
      : Object.entries(latest.names)
          .map(([value, newer]) => `${code(newer)} (${value})`)
          .join(", "),
  ]);
}
