import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { testProjects } from "./test/setup/projects.ts";

const { unit, real, simulation } = testProjects(import.meta.dirname);

// What Node has compiled once, neither the workers nor the programs that tests start compile again.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/node-compile-cache");

export default defineConfig({
  test: {
    setupFiles: ["test/setup/property-seed.ts"],
    // Limits end a hang; no machine is too slow for them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000 } },
    pool: "forks",
    // Files of one process share their modules: half of the time would go to loading them again.
    isolate: false,
    unstubEnvs: true,
    projects: [
      { extends: true, test: { name: "unit", include: unit } },
      { extends: true, test: { name: "real", include: real, globalSetup: ["test/setup/servers.ts"] } },
      { extends: true, test: { name: "simulation", include: simulation } },
    ],
    // Tests of real servers wait a third of their time: one more worker than cores keeps two cores busy.
    maxWorkers: 3,
  },
});
