import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";
import { testProjects } from "./projects.ts";

test("a test file that reaches a database, a server or a program is real, whatever lies between", () => {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-projects-"));
  const files = {
    "src/pool.ts": 'import { PGlite } from "@electric-sql/pglite";',
    "src/store.ts": 'import { pool } from "./pool.ts";\nimport { a } from "./circle.ts";',
    "src/circle.ts": 'import { b } from "./store.ts";',
    "src/plain.ts": 'import type { Store } from "./store.ts";\nimport { readFileSync } from "node:fs";',
    "test/a.test.ts": 'import { b } from "../src/circle.ts";',
    "test/b.test.ts": 'import { spawn } from "node:child_process";',
    "test/c.test.ts": 'import { c } from "../src/plain.ts";',
    "test/d.simulation.test.ts": 'import { c } from "../src/plain.ts";',
  };
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  expect(testProjects(folder)).toEqual({
    unit: ["test/c.test.ts"],
    real: ["test/a.test.ts", "test/b.test.ts"],
    simulation: ["test/d.simulation.test.ts"],
  });
  rmSync(folder, { recursive: true });
});

test("a unit test gets no server", () => {
  const { unit, real, simulation } = testProjects(join(import.meta.dirname, "../.."));
  expect(unit).toContain("test/setup/projects.test.ts");
  expect(real).toContain("test/store/store.test.ts");
  expect(simulation.length).toBeGreaterThan(0);
  expect(inject("databaseUrl")).toBeUndefined();
});
