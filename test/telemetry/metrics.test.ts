import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { vocabularyOf } from "../../scripts/reference/telemetry-words.ts";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openService, type Service } from "../../src/app/service.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/std/log.ts";
import { type MetricSpec, metrics, prometheusName } from "../../src/telemetry/metric-names.ts";
import { openTestbed, type Testbed } from "../../src/testbed/testbed.ts";
import { startPrometheus } from "../setup/prometheus.ts";
import { promtool } from "../setup/promtool.ts";
import { familiesOf, type Sample, samplesOf } from "./exposition.ts";
import { eventually } from "../setup/eventually.ts";
import { allRoles } from "../../src/config/roles.ts";

const specs = Object.values<MetricSpec>(metrics);
let testbed: Testbed | undefined;
let service: Service | undefined;
let text = "";
let samples: Sample[] = [];

const valuesOf = (name: string, labels: Sample["labels"] = {}): number[] =>
  samples
    .filter((it) => it.name === name && Object.entries(labels).every(([key, value]) => it.labels[key] === value))
    .map(({ value }) => value);

beforeAll(async () => {
  testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const config = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
  refusing: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini }
probes:
  - { name: fine, target: bed, scenario: valid-request, every: 1s }
  - { name: streamed, target: bed, scenario: streamed-request, every: 1s }
  - { name: failing, target: refusing, scenario: valid-request, every: 1s }
receivers:
  nobody: { webhook: { url: "http://127.0.0.1:9/hook", secrets: [{ env: HOOK_SECRET }], allowPrivate: true } }
`;
  const env = { BED_KEY: testbed.key, HOOK_SECRET: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" };
  const loaded = loadConfig(
    { file: "test", text: config },
    { env, readFile: () => undefined, scenarios: ["valid-request", "streamed-request"], checkSecrets: allRoles },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  service = await openService(loaded.config, {
    env,
    secrets: keepSecrets(env),
    storage: { kind: "embedded", folder: undefined },
    roles: ["scheduler", "worker", "notifier", "web"],
    locations: [],
    concurrency: 4,
    reconcileMs: 1000,
    listen: { host: "127.0.0.1", port: 0 },
    log: silentLog,
  });
  await eventually(async () => {
    const response = await fetch(`${service?.url}/metrics`);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    text = await response.text();
    samples = samplesOf(text);
    expect(new Set(valuesOf("probe_success"))).toEqual(new Set([0, 1]));
    expect(valuesOf("gen_ai_client_operation_time_to_first_chunk_seconds_count")[0]).toBeGreaterThan(1);
    expect(Math.max(...valuesOf("plumbline_deliveries_total"))).toBeGreaterThan(0);
  });
});

afterAll(async () => {
  await service?.stop();
  await testbed?.close();
});

test("what Prometheus scrapes is what its own checker accepts", () => {
  const { exitCode, output } = promtool(["check", "metrics"], text);
  expect(output).toBe("");
  expect(exitCode).toBe(0);
});

test("every metric scraped is in the table of names, with its type and no other label", () => {
  const families = familiesOf(text);
  expect(families.size).toBeGreaterThan(15);
  const types = { counter: "counter", histogram: "histogram", gauge: "gauge", observed: "gauge" };
  for (const [name, type] of families) {
    const spec = specs.find((it) => prometheusName(it) === name);
    expect(spec, name).toBeDefined();
    if (spec === undefined) continue;
    expect(type).toBe(types[spec.kind]);
    const allowed = new Set([...spec.attributes.map((it) => it.replaceAll(".", "_")), "le"]);
    const stems = new Set([name, `${name}_bucket`, `${name}_sum`, `${name}_count`]);
    const labels = samples.filter((it) => stems.has(it.name)).flatMap((it) => Object.keys(it.labels));
    expect(labels.filter((label) => !allowed.has(label))).toEqual([]);
  }
});

test("labels with a closed list of values have no other", () => {
  let closed = 0;
  for (const spec of specs) {
    for (const attribute of spec.attributes) {
      const values = vocabularyOf(attribute, spec.name).map(([value]) => value);
      if (values.length === 0) continue;
      const stem = prometheusName(spec);
      const label = attribute.replaceAll(".", "_");
      const seen = samples
        .filter(({ name }) => [stem, `${stem}_count`].includes(name))
        .flatMap(({ labels }) => labels[label] ?? []);
      closed += seen.length;
      expect(seen.filter((value) => !values.includes(value) && !/^[45]\d\d$/.test(value))).toEqual([]);
    }
  }
  expect(closed).toBeGreaterThan(10);
});

test("every metric of the table is really recorded", () => {
  const families = familiesOf(text);
  // Of targets with a price, a cap or an objective, and of learned baselines; there is a test of each.
  const priced = [
    "plumbline_baseline_latency_seconds",
    "plumbline_baseline_tokens",
    "plumbline_output_enrolled",
    "plumbline_output_evidence",
    "plumbline_target_blind_seconds",
    "plumbline_spend_unknown_runs_total",
    "plumbline_cap_used",
    "plumbline_error_budget_left",
  ];
  const absent = specs.map(prometheusName).filter((name) => !families.has(name));
  expect(absent.filter((name) => !priced.includes(name))).toEqual([]);
});

test("the figures are those of the runs", () => {
  expect(valuesOf("probe_success", { plumbline_probe: "fine@default" })).toEqual([1]);
  expect(valuesOf("probe_success", { plumbline_probe: "failing@default" })).toEqual([0]);
  expect(valuesOf("probe_duration_seconds", { plumbline_probe: "fine@default" })[0]).toBeLessThan(5);
  expect(valuesOf("gen_ai_client_operation_duration_seconds_count", { error_type: "401" })[0]).toBeGreaterThan(0);
  expect(valuesOf("plumbline_findings_total", { plumbline_probe: "failing@default" })[0]).toBeGreaterThan(0);
  expect(valuesOf("plumbline_runs_total", { plumbline_verdict: "ok" })[0]).toBeGreaterThan(0);
  expect(valuesOf("plumbline_slot_lateness_seconds_bucket", { le: "0.25" })).toHaveLength(1);
  expect(valuesOf("gen_ai_client_operation_duration_seconds_bucket", { le: "81.92", error_type: "401" })).toHaveLength(
    1,
  );
  expect(valuesOf("plumbline_slots_missed_total")).toHaveLength(1);
  expect(valuesOf("plumbline_deliveries_total", { plumbline_outcome: "given-up" })).toEqual([0]);
});

interface Asked {
  readonly groups?: readonly {
    readonly rules: readonly { name: string; health: string; lastError?: string; state?: string }[];
  }[];
  readonly result?: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
}

test("a real Prometheus scrapes it, evaluates every rule, and tells the failing probe from the fine one", async () => {
  const rules = readFileSync("helm/files/rules.yaml", "utf8").replace("interval: 30s", "interval: 1s");
  await using prometheus = await startPrometheus(new URL(service?.url ?? "").host, rules);
  await eventually(async () => {
    const { result = [] } = (await prometheus.ask("query?query=plumbline:probe_success:newest")) as Asked;
    const newest = Object.fromEntries(result.map(({ metric, value }) => [metric["plumbline_probe"], value[1]]));
    expect(newest).toEqual({ "fine@default": "1", "streamed@default": "1", "failing@default": "0" });
    const { groups = [] } = (await prometheus.ask("rules")) as Asked;
    const told = groups.flatMap((group) => group.rules);
    expect(told.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(told.filter(({ state }) => state === "pending" || state === "firing").map(({ name }) => name)).toContain(
      "PlumblineProbeFailing",
    );
  });
});
