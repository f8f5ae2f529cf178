import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { promtool } from "../setup/promtool.ts";
import { strangeNames } from "./promql-names.ts";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: { readonly summary?: string; readonly runbook_url?: string };
}

const { groups } = parse(readFileSync("helm/files/rules.yaml", "utf8")) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const recorded = rules.flatMap(({ record }) => record ?? []);
const dashboards = globSync("helm/files/dashboards/*.json").toSorted();

interface Panel {
  readonly id: number;
  readonly targets?: readonly { readonly expr: string }[];
  readonly datasource?: { readonly uid: string };
}

const panelsOf = (file: string): readonly Panel[] =>
  (JSON.parse(readFileSync(file, "utf8")) as { panels: Panel[] }).panels;
const queriesOf = (file: string): string[] =>
  panelsOf(file).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-rules-"));
  copyFileSync("helm/files/rules.yaml", join(folder, "rules.yaml"));
  copyFileSync("test/helm/rules.test.yaml", join(folder, "rules.test.yaml"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("Prometheus accepts the rules, and they fire when they should and only then", () => {
  expect(promtool(["check", "rules", join(folder, "rules.yaml")])).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = promtool(["test", "rules", join(folder, "rules.test.yaml")]);
  expect(output).toContain("SUCCESS");
  expect(exitCode).toBe(0);
});

test("rules use only metrics and labels that exist", () => {
  expect(rules.flatMap(({ expr }) => strangeNames(expr, recorded))).toEqual([]);
  expect(strangeNames("rate(plumbline_run_total[5m])", recorded)).toEqual(["plumbline_run_total"]);
  expect(strangeNames('plumbline_runs_total{plumbline_probes="x"}', recorded)).toEqual(["plumbline_probes"]);
  expect(strangeNames("sum by (target) (plumbline_runs_total)", recorded)).toEqual(["target"]);
});

test("every alert leads to its section of the runbooks", () => {
  const page = readFileSync("docs/runbooks.md", "utf8");
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  expect(alerts.length).toBeGreaterThan(10);
  for (const { alert, annotations } of alerts) {
    expect(page).toContain(`\n## ${alert}\n`);
    expect(annotations?.runbook_url).toBe(`https://plumbline.example/runbooks#${alert?.toLowerCase()}`);
    expect(annotations?.summary).toBeTruthy();
  }
  const sections = [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(sections.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});

test.each(dashboards.map((file) => [basename(file), file] as const))("%s asks for what exists", (_name, file) => {
  const queries = queriesOf(file);
  expect(queries.length).toBeGreaterThan(5);
  expect(queries.flatMap((query) => strangeNames(query, recorded))).toEqual([]);
  const plain = queries.map((query) =>
    query.replaceAll("$__rate_interval", "5m").replaceAll(/\$(target|location|probe)/g, ".*"),
  );
  const asRules = plain.map((expr, index) => ({ record: `check:q${index}`, expr }));
  const checked = join(folder, `${basename(file)}.yaml`);
  writeFileSync(checked, JSON.stringify({ groups: [{ name: "dashboard", rules: asRules }] }));
  const { output, exitCode } = promtool(["check", "rules", checked]);
  expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
  expect(exitCode).toBe(0);
});

test.each(dashboards)("%s names its data source by variable, and each panel once", (file) => {
  const panels = panelsOf(file);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { datasource } of panels) expect(datasource?.uid ?? "${datasource}").toBe("${datasource}");
});
