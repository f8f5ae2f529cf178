import { setImmediate as breathe } from "node:timers/promises";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { Alert } from "../../src/notify/compose/alert.ts";
import type { Config } from "../../src/config/config.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import { type DemoDeps, type DemoEnv, runDemo } from "../../src/demo/demo.ts";
import { storySteps } from "../../src/demo/story.ts";
import { anOverview } from "../report/samples.ts";
import { anAlert } from "./alerts.ts";
import { post } from "./post.ts";

const startedAtMs = Date.UTC(2026, 10, 23, 9, 0, 0);
const config: Config = {
  targets: [],
  probes: [],
  receivers: [],
  alerting: plainAlerting,
  retentionDays: 1,
  apiTokens: [],
  trustedProxies: [],
  listen: { host: "127.0.0.1", port: 0 },
};

interface Monitor {
  /** The drifts it notices. */
  readonly notices: readonly string[];
  /** What it says of its own accord, once, after learning. */
  readonly invents?: Partial<Alert>;
  readonly secret?: string;
  readonly learns?: boolean;
}

/**
 * A stand-in for the whole service, which has tests of its own: it looks at the real test bed and tells the real
 * receiver. Time is a number that sleeping moves.
 */
function demo({ notices, invents, secret, learns = true }: Monitor) {
  let nowMs = 0;
  const notified = new Set<string>();
  const stopped: string[] = [];
  let env: DemoEnv | undefined;
  const at = (ms: number) => new Date(startedAtMs + ms).toISOString();

  async function notify(id: string, change: Partial<Alert>): Promise<void> {
    if (notified.has(id)) return;
    notified.add(id);
    const posting = {
      url: env?.PLUMBLINE_DEMO_RECEIVER ?? "",
      secret: secret ?? env?.PLUMBLINE_DEMO_WEBHOOK_SECRET ?? "",
      id,
    };
    await post(posting, anAlert({ firstBadSlot: at(nowMs), at: at(nowMs + 2000), incidentId: id, ...change }));
  }

  const deps: DemoDeps = {
    clock: { nowMs: () => startedAtMs + nowMs, monotonicMs: () => 5000 + nowMs },
    random: () => 0.5,
    sleep: async (durationMs) => {
      nowMs += durationMs;
      await breathe();
    },
    dataDir: "unused",
    loadDemoConfig: async (given) => ((env = given), config),
    openService: async () => ({
      async overview() {
        const origin = new URL(env?.PLUMBLINE_DEMO_TARGET ?? "").origin;
        const { drifts } = (await (await fetch(`${origin}/__testbed/drifts`)).json()) as {
          drifts: { name: string; active: boolean }[];
        };
        for (const { drift, kind, shows } of storySteps) {
          const isActive = drifts.some(({ name, active }) => active && name === drift);
          const scenario = "only" in shows ? (shows.only[0] ?? "") : "valid-request";
          if (isActive && notices.includes(drift)) await notify(drift, { kind, scenario });
        }
        if (nowMs > 20_000 && invents !== undefined) await notify("invented", invents);
        const [ready, learning] = anOverview.probes;
        return {
          ...anOverview,
          incidents: [],
          probes: [nowMs > 12_000 && learns ? ready! : learning!],
        };
      },
      stop: async () => void stopped.push("service"),
    }),
  };
  return { deps, stopped, nowMs: () => nowMs, env: () => env };
}

function terminal(isTTY = false) {
  const stdout = new PassThrough();
  let written = "";
  stdout.on("data", (chunk: Buffer) => (written += chunk.toString()));
  const listeners: (() => void)[] = [];
  const io = {
    stdout,
    stderr: new PassThrough(),
    isTTY,
    columns: 80,
    colour: isTTY,
    onSignal: (listener: () => void) => void listeners.push(listener),
  };
  return { io, written: () => written, signal: () => listeners.forEach((listener) => listener()) };
}

const all = storySteps.map(({ drift }) => drift);
const envs: (DemoEnv | undefined)[] = [];
afterEach(async () => {
  for (const env of envs.splice(0)) {
    await expect(fetch(env?.PLUMBLINE_DEMO_TARGET ?? "")).rejects.toThrow();
    await expect(fetch(env?.PLUMBLINE_DEMO_RECEIVER ?? "")).rejects.toThrow();
  }
});

describe("runDemo --once", () => {
  it("exits 0 when everything was found and nothing else, and closes what it opened", async () => {
    const { deps, stopped, env, nowMs } = demo({ notices: all });
    const { io, written } = terminal();
    expect(await runDemo(io, deps, { once: true })).toBe(0);
    envs.push(env());
    expect(stopped).toEqual(["service"]);
    expect(nowMs()).toBeLessThan(45_000);
    for (const drift of all) expect(written()).toContain(` ✓ ${drift}  `);
    expect(written()).toContain("5 of 5 drifts found, nothing else reported");
    expect(written()).toContain("FIRING: changed reply format");
    expect(written()).not.toMatch(/[^\P{Cc}\n]/u);
    expect(written().match(/What was changed/g)).toHaveLength(1);
  });

  it.each<[string, Monitor]>([
    ["a drift was missed", { notices: all.slice(1) }],
    ["something else was reported", { notices: all, invents: { kind: "availability" } }],
    ["nothing was ever learned or found", { notices: [], learns: false }],
    ["alerts were not signed with the secret", { notices: all, secret: `whsec_${"A".repeat(43)}=` }],
  ])("exits 3 in time when %s", async (_why, monitor) => {
    const { deps, env, nowMs } = demo(monitor);
    const { io, written } = terminal();
    expect(await runDemo(io, deps, { once: true, seconds: 80 })).toBe(3);
    envs.push(env());
    expect(nowMs()).toBeLessThanOrEqual(80_000);
    expect(written()).toContain("What was changed, and what was detected");
    expect(written()).toContain("✗");
  });

  it("prints the address of the dashboard before anything else happens, and opens it when asked", async () => {
    const { deps, env } = demo({ notices: all });
    const { io, written } = terminal();
    const opened: string[] = [];
    const openService: DemoDeps["openService"] = async (...given) => ({
      ...(await deps.openService(...given)),
      webUrl: "http://127.0.0.1:4711",
    });
    await runDemo(io, { ...deps, openService, openBrowser: (url) => opened.push(url) }, { once: true });
    envs.push(env());
    expect(written().split("\n").slice(0, 4).join("\n")).toContain("dashboard http://127.0.0.1:4711/");
    expect(opened).toEqual(["http://127.0.0.1:4711"]);
  });

  it("draws on a terminal and leaves the summary as the last thing on it", async () => {
    const { deps, env } = demo({ notices: all });
    const { io, written } = terminal(true);
    expect(await runDemo(io, deps, { once: true })).toBe(0);
    envs.push(env());
    expect(written()).toContain("plumbline demo");
    expect(written()).toContain("\u001B[");
    expect(written().lastIndexOf("plumbline demo")).toBeLessThan(written().indexOf("What was changed"));
  });
});

describe("runDemo until Ctrl-C", () => {
  it("goes on after the story, with the drifts in force, and exits by its score", async () => {
    const { deps, env, nowMs } = demo({ notices: all });
    const { io, written, signal } = terminal();
    const sleep = async (durationMs: number) => {
      await deps.sleep(durationMs);
      if (nowMs() > 120_000) signal();
    };
    expect(await runDemo(io, { ...deps, sleep }, { once: false })).toBe(0);
    envs.push(env());
    expect(nowMs()).toBeGreaterThan(120_000);
    expect(written().match(/What was changed/g)).toHaveLength(2);
  });

  it("stops early when asked, says what was so far, and exits 130", async () => {
    const { deps, env, nowMs, stopped } = demo({ notices: all });
    const { io, written, signal } = terminal();
    const sleep = async (durationMs: number) => {
      await deps.sleep(durationMs);
      if (nowMs() > 20_000) signal();
    };
    expect(await runDemo(io, { ...deps, sleep }, { once: true })).toBe(130);
    envs.push(env());
    expect(stopped).toEqual(["service"]);
    expect(written()).toContain(" - latency-doubled  was not injected");
  });

  it("closes what it opened when the service does not start", async () => {
    const { deps, env } = demo({ notices: [] });
    const openService = () => Promise.reject(new Error("no room for data"));
    await expect(runDemo(terminal().io, { ...deps, openService }, { once: true })).rejects.toThrow("no room for data");
    envs.push(env());
  });
});
