import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: ["test/setup/servers.ts"],
    setupFiles: ["test/setup/property-seed.ts"],
    include: ["test/**/*.test.ts"],
    // Limits end a hang; no machine is too slow for them.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000 } },
    pool: "forks",
    maxWorkers: 2,
  },
});
