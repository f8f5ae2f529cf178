import { defineConfig } from "vitest/config";
import { testProjects } from "./test/setup/projects.ts";

const { unit, real, simulation } = testProjects(import.meta.dirname);

export default defineConfig({
  test: {
    setupFiles: ["test/setup/property-seed.ts"],
    // Limits end a hang; no machine is too slow for them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000 } },
    pool: "forks",
    projects: [
      // Files of one process share their modules: half of the time would go to loading them again.
      { extends: true, test: { name: "unit", include: unit, isolate: false, unstubEnvs: true } },
      { extends: true, test: { name: "real", include: real, globalSetup: ["test/setup/servers.ts"] } },
      { extends: true, test: { name: "simulation", include: simulation } },
    ],
    maxWorkers: 2,
  },
});
