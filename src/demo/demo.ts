import { randomBytes } from "node:crypto";
import type { Config } from "../config/config.ts";
import type { Overview } from "../operate/overview.ts";
import type { Clock } from "../std/clock.ts";
import { openTestbed } from "../testbed/testbed.ts";
import { createJournal } from "./journal.ts";
import { openReceiver } from "./receiver.ts";
import { isPerfect } from "./score.ts";
import { type DemoIo, openScreen } from "../cli/screen.ts";
import { storyPace } from "./story.ts";
import { renderSummary } from "./summary.ts";
import { playStory } from "./play-story.ts";

/** What `config/demo.yaml` refers to: generated for each demo. */
export type DemoEnv = Readonly<
  Record<
    "PLUMBLINE_DEMO_TARGET" | "PLUMBLINE_DEMO_KEY" | "PLUMBLINE_DEMO_RECEIVER" | "PLUMBLINE_DEMO_WEBHOOK_SECRET",
    string
  >
>;

/** The running program, all roles in this process. */
export interface DemoService {
  overview(): Promise<Overview>;
  stop(): Promise<void>;
  readonly webUrl?: string | undefined;
}

export interface DemoDeps {
  /** Secrets and addresses are in `env`, not in the environment of the process. */
  openService(config: Config, options: { readonly env: DemoEnv; readonly dataDir: string }): Promise<DemoService>;
  loadDemoConfig(env: DemoEnv): Promise<Config>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Programs that want to run, for each core. Default 0. */
  readonly busyness?: number | undefined;
  readonly sleep: (durationMs: number) => Promise<void>;
  readonly dataDir: string;
  /** Where the provider of an earlier demo on the same data was: the same target is the same series. */
  readonly place?: DemoPlace | undefined;
  readonly rememberPlace?: ((place: DemoPlace) => void) | undefined;
  /** Shows the dashboard to the person at this machine. */
  readonly openBrowser?: ((url: string) => void) | undefined;
}

export interface DemoPlace {
  readonly port: number;
  readonly key: string;
}

export interface DemoOptions {
  /** Stop at the end of the story; otherwise continue until a signal arrives. */
  readonly once: boolean;
  /** Time limit for the result, whether or not everything was detected: only a machine that hangs needs it. Default 900. */
  readonly seconds?: number | undefined;
}

/** 0 everything detected and nothing else reported · 3 otherwise · 130 interrupted before the end of the story. */
export type DemoExitCode = 0 | 3 | 130;

/** A machine that is too busy for a run each second would only report that it is overloaded. */
function secondsBetweenRuns(busyness: number): number {
  return Math.min(6, Math.max(1, Math.round(busyness)));
}

/** A provider so slow that the noise of a busy machine adds little to its latency. */
function paceOf(seconds: number) {
  return seconds === 1 ? {} : { pace: { minMs: 120 * seconds, maxMs: 160 * seconds } };
}

function atPace(config: Config, seconds: number): Config {
  if (seconds === 1) return config;
  const probes = config.probes.map((probe) => ({
    ...probe,
    cadence: { kind: "every" as const, everyMs: 1000 * seconds },
    judge: { ...probe.judge, maxLoopDelayMs: 250 * seconds },
  }));
  return { ...config, probes };
}

const defaultSeconds = 900;

/**
 * Runs Plumbline against a provider that changes, and reports what was changed and what was detected. Always closes
 * what it opened. Rejects only for internal errors.
 */
export async function runDemo(io: DemoIo, deps: DemoDeps, options: DemoOptions): Promise<DemoExitCode> {
  const { clock, dataDir } = deps;
  const startedAtMs = clock.monotonicMs();
  const elapsedMs = () => clock.monotonicMs() - startedAtMs;
  let isInterrupted = false;
  io.onSignal(() => (isInterrupted = true));

  await using opened = new AsyncDisposableStack();
  const screen = opened.adopt(openScreen(io), (it) => it.end());
  screen.say(0, "starting a provider, a monitor and an alert receiver on this machine");

  const everySeconds = secondsBetweenRuns(deps.busyness ?? 0);
  const testbed = opened.adopt(
    await openTestbed({ ...paceOf(everySeconds), random: deps.random, sleep: deps.sleep, ...deps.place }),
    (it) => it.close(),
  );
  deps.rememberPlace?.({ port: Number(new URL(testbed.origin).port), key: testbed.key });
  const journal = createJournal({
    screen,
    testbed,
    elapsedMs,
    startedAtWallMs: clock.nowMs(),
    io,
    everyMs: everySeconds * 1000,
  });
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  const receiver = opened.adopt(await openReceiver({ secret, onAlert: (alert) => journal.receive(alert) }), (it) =>
    it.close(),
  );
  screen.say(elapsedMs(), `provider ${testbed.baseUrl}, receiver ${receiver.url}`);

  const env: DemoEnv = {
    PLUMBLINE_DEMO_TARGET: testbed.baseUrl,
    PLUMBLINE_DEMO_KEY: testbed.key,
    PLUMBLINE_DEMO_RECEIVER: receiver.url,
    PLUMBLINE_DEMO_WEBHOOK_SECRET: secret,
  };
  if (everySeconds > 1) {
    const slower = `probes run every ${everySeconds} s instead of every second, and the demo takes longer`;
    screen.say(elapsedMs(), `this machine is busy: ${slower}`);
  }
  const config = atPace(await deps.loadDemoConfig(env), everySeconds);
  const service = opened.adopt(await deps.openService(config, { env, dataDir }), (it) => it.stop());
  screen.say(elapsedMs(), `the monitor runs ${config.probes.length} probes`);
  if (service.webUrl !== undefined) {
    screen.say(elapsedMs(), `dashboard ${service.webUrl}/`);
    deps.openBrowser?.(service.webUrl);
  }

  const summarise = () => {
    const facts = { score: journal.score(), elapsedMs: elapsedMs(), requests: testbed.requests() };
    screen.show(`\n${renderSummary({ ...facts, rejected: receiver.rejected() }, io.colour)}`);
  };
  const end = await playStory({
    io,
    screen,
    journal,
    config,
    overview: () => service.overview(),
    sleep: deps.sleep,
    elapsedMs,
    pace: storyPace((options.seconds ?? defaultSeconds) * 1000),
    isOnce: options.once,
    isInterrupted: () => isInterrupted,
    onEnd: options.once ? () => {} : summarise,
  });
  screen.end();
  summarise();
  if (end === "interrupted") return 130;
  return isPerfect(journal.score()) && receiver.rejected() === 0 ? 0 : 3;
}
