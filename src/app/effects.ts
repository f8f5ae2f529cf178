import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Effects } from "../cli/effects.ts";
import type { Io } from "../cli/io.ts";
import { systemClock } from "../std/clock.ts";
import { loadOptional } from "./load-optional.ts";

/**
 * What each command does. What brings a store, a queue or a provider along is imported by the command that needs it: help
 * and questions to a running service must not wait for them.
 */
export function createEffects(io: Io): Effects {
  return {
    nowMs: () => systemClock.nowMs(),
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
    callService: async (url, request) => (await import("./call-service.ts")).callService(url, request, io.env),
    readText,
    writeNew,
    demo: async (options) => {
      const { showDemo } = await loadOptional("the demo", () => import("./demo.ts"));
      return showDemo(options, io);
    },
    init: async (file, choose) => (await import("./configuration.ts")).init(file, choose, io),
    validate: async (file, json) => (await import("./configuration.ts")).validate(file, json, io),
    run: async (options) => (await import("./run-once.ts")).run(options, io),
    start: async (options) => (await import("./start.ts")).start(options, io),
    audit: async (wanted) => (await import("./review-target.ts")).reviewTarget(wanted, io),
    readAudit: async (file) => (await import("./audit-archive.ts")).readAudit(file),
    alertTest: async (receiver, config, json) =>
      (await import("./alert-test.ts")).alertTest(receiver, config, json, io),
    compare: async (wanted) => (await import("./compare-targets.ts")).compareTargets(wanted, io),
    migrate: async (json) => (await import("./migrate.ts")).migrate(json, io),
    mcp: async (options) => {
      const { serveMcp } = await loadOptional("the MCP server", () => import("./mcp.ts"));
      return serveMcp(options, io);
    },
    testbed: async (port, drifts) => {
      const { runTestbed } = await loadOptional("the test bed", () => import("../testbed/run-testbed.ts"));
      return runTestbed(io, { port, drifts });
    },
  };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function writeNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
