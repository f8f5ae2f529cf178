import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { followRecipe, openScratchCopy, type Recipe, recipeRow } from "./recipe.ts";

const copy = openScratchCopy();
afterAll(() => copy[Symbol.dispose]());

const newestMigration = (): string => globSync("src/store/migrations/*.sql").toSorted().at(-1) ?? "";

const recipes: readonly Recipe[] = [
  {
    wish: "add a scenario",
    test: "test/scenario/empty-messages.test.ts",
    edit(copy) {
      copy.create(
        "src/scenario/empty-messages.ts",
        `import { shortAsk, singleCall } from "./built-in.ts";
import { notRetried } from "./rules.ts";

export const emptyMessages = singleCall({
  name: "empty-messages",
  summary: "a request with an empty list of messages",
  polarity: "negative",
  ask: shortAsk(false),
  mutate: () => (body) => ({ ...body, messages: [] }),
  expectations: [],
  checks: notRetried,
});
`,
      );
      copy.replace(
        "src/scenario/resolve.ts",
        /^import \{ refusals \}/m,
        'import { emptyMessages } from "./empty-messages.ts";\nimport { refusals }',
      );
      copy.replace("src/scenario/resolve.ts", /^ {2}\.\.\.refusals,/m, "  emptyMessages,\n  ...refusals,");
      copy.create(
        "test/scenario/empty-messages.test.ts",
        `import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scenarioOf } from "../../src/scenario/resolve.ts";

test("the scenario is in the catalogue and in the reference", () => {
  expect(scenarioOf({ kind: "built-in", name: "empty-messages" }).polarity).toBe("negative");
  expect(readFileSync("docs/reference/scenarios.md", "utf8")).toContain("empty-messages");
});
`,
      );
    },
  },
  {
    wish: "add a metric",
    test: "test/app/configured-probes.test.ts",
    edit(copy) {
      copy.replace(
        "src/telemetry/metric-names.ts",
        /^ {2}clockSkew: /m,
        '  configuredProbes: gauge("plumbline.config.probes", "{probe}", "Probes in the active configuration", []),\n  clockSkew: ',
      );
      copy.replace(
        "src/app/measure.ts",
        /^(export function announceProbes\(.*\{)$/m,
        '$1\n  metrics.record("configuredProbes", probes.length, {});',
      );
      copy.create(
        "test/app/configured-probes.test.ts",
        `import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { announceProbes } from "../../src/app/measure.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { probe } from "../probe/samples.ts";

test("the number of probes is recorded, and in the reference", () => {
  const recorded: [string, number][] = [];
  const metrics: Pick<Metrics, "record"> = { record: (name, value) => void recorded.push([name, value]) };
  announceProbes(metrics as Metrics, [probe, probe]);
  expect(recorded).toContainEqual(["configuredProbes", 2]);
  expect(readFileSync("docs/reference/metrics.md", "utf8")).toContain("plumbline.config.probes");
});
`,
      );
    },
  },
  {
    wish: "change a configuration key",
    test: "test/config/shorter-learning.test.ts",
    edit(copy) {
      copy.replace("src/config/schema.ts", /(learnRuns: z\s*\.int\(\)\s*\.min\()3\)/, "$12)");
      copy.create(
        "test/config/shorter-learning.test.ts",
        `import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";

test("the program, the schema for editors and the reference have the new limit", () => {
  const targets = { a: { baseUrl: "https://api.example.com/v1", model: "m" } };
  const probes = [{ name: "b", target: "a", scenario: "valid-request", every: "5m" }];
  expect(configSchema.safeParse({ targets, probes, judge: { learnRuns: 2 } }).success).toBe(true);
  expect(configSchema.safeParse({ targets, probes, judge: { learnRuns: 1 } }).success).toBe(false);
  expect(readFileSync("config/schema.json", "utf8")).toMatch(/"learnRuns": \\{[^}]*"minimum": 2,/);
});
`,
      );
    },
  },
  {
    wish: "add a migration",
    test: "test/store/added-column.test.ts",
    edit(copy) {
      const newest = newestMigration();
      const name = `${String(Number(newest.slice(21, 25)) + 1).padStart(4, "0")}-recipe`;
      const migration = "ALTER TABLE plumbline.runs ADD COLUMN recipe_note text;\n";
      copy.create(`src/store/migrations/${name}.sql`, migration);
      const hash = createHash("sha256").update(migration).digest("hex");
      copy.replace("test/store/landed.ts", /^ {2}"routines/m, `  "${name}": "${hash}",\n  "routines`);
      copy.create(
        "test/store/added-column.test.ts",
        `import { expect, test } from "vitest";
import { openPglitePool } from "../../src/store/pools/pglite.ts";
import { migrateStore } from "../../src/store/store.ts";

test("the migration is applied", async () => {
  const pool = await openPglitePool(undefined);
  expect((await migrateStore(pool)).applied.at(-1)).toBe("${name}");
  expect((await pool.pool.query("SELECT recipe_note FROM plumbline.runs")).rows).toEqual([]);
  await pool.close();
});
`,
      );
    },
  },
  {
    wish: "add a judge",
    test: "test/judgement/finish-judge.test.ts",
    edit(copy) {
      copy.create(
        "src/judgement/spend/attempts.ts",
        `import type { Judge } from "../judgement.ts";

/** Notes a call that needed a second attempt. Learns nothing. */
export const attemptsJudge: Judge = {
  aspect: "usage",
  seriesOf: ({ call }) => [{ key: \`\${call}/attempts\`, label: "attempts" }],
  judge: ({ series }) => ({
    ruling: { subject: { kind: "usage", series: series.id, label: "attempts" }, outcome: "good" },
  }),
};
`,
      );
      copy.replace(
        "src/judgement/judges.ts",
        /^import \{ costJudge \}/m,
        'import { attemptsJudge } from "./spend/attempts.ts";\nimport { costJudge }',
      );
      copy.replace("src/judgement/judges.ts", /^ {2}costJudge,/m, "  costJudge,\n  attemptsJudge,");
      copy.create(
        "test/judgement/finish-judge.test.ts",
        `import { expect, test } from "vitest";
import { attemptsJudge } from "../../src/judgement/spend/attempts.ts";
import { judges } from "../../src/judgement/judges.ts";

test("every run asks the judge", () => expect(judges).toContain(attemptsJudge));
`,
      );
    },
  },
];

test.each(recipes)("the recipe holds: $wish", (recipe) => {
  expect(followRecipe(copy, recipe)).toEqual([]);
});

test("the types hold after all recipes", () => {
  copy.run("tsc");
});

test("a recipe that misses a file, names one in vain or breaks types is noticed", () => {
  expect(() => copy.replace("package.json", "no such text", "")).toThrow("found it 0 times");
  expect(() => recipeRow("add a wing")).toThrow('no row "add a wing"');
  const edit = (): void => copy.create("src/run/broken.ts", "export const broken: string = 1;\n");
  expect(
    followRecipe(copy, { wish: "change when an incident opens", edit, test: "test/std/statistics.test.ts" }),
  ).toEqual([
    "the row does not name src/run/broken.ts",
    "no need to change src/incident/reduce.ts",
    "no need to change test/incident/",
  ]);
  expect(() => copy.run("tsc")).toThrow("TS2322");
});
