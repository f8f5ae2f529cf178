import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { type MetricSpec, metrics, prometheusName } from "../../src/telemetry/metric-names.ts";

const page = readFileSync("docs/operate.md", "utf8");
const stream = { write: () => true };
const program = await createProgram({ env: {}, stdout: stream, stderr: stream } as never, {} as never, () => {});

test("flags and metrics named on their own are there", () => {
  const known = new Set(program.commands.find((it) => it.name() === "start")?.options.map(({ long }) => long));
  for (const flag of ["--role", "--location", "--concurrency", "--grace"]) {
    expect(page).toContain(flag);
    expect(known.has(flag)).toBe(true);
  }
  const names = new Set(Object.values<MetricSpec>(metrics).map(prometheusName));
  const notified = [...page.matchAll(/`(plumbline_[a-z_]+)`/g)].map(([, name = ""]) => name);
  expect(notified.length).toBeGreaterThan(0);
  expect(notified.filter((name) => !names.has(name))).toEqual([]);
});

test("install scripts run as the page says: for the packages named with true, none in the image", () => {
  const { allowScripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    allowScripts: Record<string, boolean>;
  };
  expect(Object.keys(allowScripts).length).toBeGreaterThan(0);
  const installs = [...readFileSync("Dockerfile", "utf8").matchAll(/npm ci[^\n]*/g)].map(([line]) => line);
  expect(installs.length).toBeGreaterThan(0);
  for (const line of installs) expect(line).toContain("--ignore-scripts");
});
