import { existsSync, writeFileSync } from "node:fs";
import { exitCodes, type Io, wantsColour } from "../cli/io.ts";
import type { CommandSet, RunArguments, StartArguments } from "../cli/program.ts";
import { closestTo } from "../config/closest.ts";
import type { Config } from "../config/config.ts";
import { renderProblems, starterConfig } from "../config/render.ts";
import { reporters } from "../report/reporters.ts";
import { forecast, neverRunning, renderForecast } from "../operate/forecast.ts";
import { plan } from "../schedule/plan.ts";
import { dueSlots } from "../schedule/slots.ts";
import { systemClock } from "../std/clock.ts";
import { exceptionFields } from "../std/log.ts";
import { createLog } from "../telemetry/log.ts";
import { createAuditCommands } from "./audit-commands.ts";
import { createBaselineCommands } from "./baseline-commands.ts";
import { createControlCommands } from "./control-commands.ts";
import { showDigest } from "./digest-command.ts";
import { exportObservations } from "./export-command.ts";
import { createProbeCommands } from "./probe-commands.ts";
import { createStoreCommands } from "./store-commands.ts";
import { loadConfigFile } from "./files.ts";
import { loadOptional } from "./load-optional.ts";
import { watchConfigFile } from "./reload.ts";
import { repeat } from "./repeat.ts";
import { showStatus } from "./status.ts";
import { type Env, keepSecrets } from "./secrets.ts";
import { programVersion } from "./world.ts";

const dayMs = 86_400_000;

/**
 * What each command does; the words are `cli/`'s. Each resolves to an exit code. What brings a store, a queue or a
 * provider along is imported by the command that needs it: a question to a running service must not wait for them.
 */
export function createCommands(io: Io): CommandSet {
  const { stdout, stderr, env } = io;

  const load = (file: string, checkSecrets: boolean, from: Env = env): Config | undefined => {
    const loaded = loadConfigFile(file, from, checkSecrets);
    if ("config" in loaded) {
      for (const notice of loaded.notices) stderr.write(`${notice}\n`);
      return loaded.config;
    }
    stderr.write(renderProblems(loaded.problems));
    return undefined;
  };

  return {
    async demo(options) {
      const { showDemo } = await loadOptional("the demo", () => import("./demo.ts"));
      return showDemo(options, io);
    },

    async init(file) {
      if (existsSync(file)) {
        stderr.write(`${file} is there already and was left as it is. Name another: plumbline init other.yaml\n`);
        return exitCodes.usage;
      }
      writeFileSync(file, starterConfig, { flag: "wx" });
      stdout.write(
        `wrote ${file}\n\nNext:\n  plumbline validate ${file}\n  export COMETAPI_KEY=…\n  plumbline run --config ${file}\n`,
      );
      return exitCodes.fine;
    },

    async validate(file, json) {
      const config = load(file, false);
      if (config === undefined) return exitCodes.usage;
      const entries = new Map(plan(config.probes).map((entry) => [entry.id, entry]));
      const now = systemClock.nowMs();
      const days = forecast(config, ({ id, cadence }) => {
        if (cadence.kind === "every") return Math.ceil(dayMs / cadence.everyMs);
        const entry = entries.get(id);
        return entry === undefined ? 0 : dueSlots(entry, now, now + dayMs).length;
      });
      stdout.write(
        json ? `${JSON.stringify({ schema: 1, data: days })}\n` : `${file} is valid: ${renderForecast(days)}`,
      );
      for (const line of neverRunning(config)) stderr.write(`${line}\n`);
      return exitCodes.fine;
    },

    async run({ config: file, probes, reporter }: RunArguments) {
      const config = load(file, true);
      if (config === undefined) return exitCodes.usage;
      const names = config.probes.map(({ name }) => name);
      const unknown = probes.filter((name) => !names.includes(name) && !config.probes.some(({ id }) => id === name));
      if (unknown.length > 0) {
        for (const name of unknown) {
          const closest = closestTo(name, names);
          stderr.write(
            `no probe is called ${name}${closest === undefined ? `; there are: ${names.join(", ")}` : `; did you mean ${closest}?`}\n`,
          );
        }
        return exitCodes.usage;
      }
      const chosen = config.probes.filter(
        ({ name, id }) => probes.length === 0 || probes.includes(name) || probes.includes(id),
      );
      const { runOnce } = await import("./run-once.ts");
      const reports = await runOnce({ ...config, probes: chosen }, env, (text) => stderr.write(text));
      const { output, exitCode } = reporters[reporter](reports, { colour: wantsColour(io) });
      stdout.write(output);
      return exitCode;
    },

    async start({ config: file, roles, locations, concurrency, graceMs, listen, awaitSchemaMs }: StartArguments) {
      const config = load(file, true);
      if (config === undefined) return exitCodes.usage;
      const [{ chooseStorage, secretsOf }, { openService }] = await Promise.all([
        import("./storage.ts"),
        import("./service.ts"),
      ]);
      const storage = chooseStorage(env, env["PLUMBLINE_DATA"] ?? ".plumbline/data");
      if (storage.kind === "refused") {
        stderr.write(`${storage.reason}\n`);
        return exitCodes.usage;
      }
      const secrets = keepSecrets(env, secretsOf(storage));
      secrets.use(config);
      const log = createLog(stderr, "info", secrets.redact, {
        format: stderr.isTTY === true ? "human" : "json",
        common: { service: "plumbline", version: programVersion },
      });
      const service = await openService(config, {
        env,
        secrets,
        storage,
        roles,
        locations,
        concurrency,
        reconcileMs: 30_000,
        listen: listen ?? config.listen,
        awaitSchemaMs,
        log,
      });
      const reloader = watchConfigFile(
        {
          file,
          service,
          log,
          listen: listen === undefined ? config.listen : undefined,
          load: () => loadConfigFile(file, env, true),
        },
        repeat,
      );
      io.onHangup(() => void reloader.now());
      log.info("started", { storage: storage.kind, roles, url: service.url, probes: config.probes.length });
      const { promise, resolve } = Promise.withResolvers<number>();
      io.onCrash((thrown) => {
        log.error("crashed: this is a bug", exceptionFields(thrown));
        resolve(exitCodes.internal);
      });
      let signals = 0;
      io.onSignal(() => {
        signals += 1;
        reloader.stop();
        if (signals > 1) return resolve(exitCodes.internal);
        log.info("stopping: running probes are finished first", { graceMs });
        const tooLate = setTimeout(() => resolve(exitCodes.internal), graceMs);
        service
          .stop()
          .then(
            () => resolve(exitCodes.fine),
            () => resolve(exitCodes.internal),
          )
          .finally(() => clearTimeout(tooLate));
      });
      return promise;
    },

    status: (question) => showStatus(question, io),

    async testbed(port) {
      const { runTestbed } = await loadOptional("the test bed", () => import("../testbed/run-testbed.ts"));
      return runTestbed(io, { port });
    },

    async alertTest(receiver, file, json) {
      const config = load(file, false);
      if (config === undefined) return exitCodes.usage;
      const { testReceiver } = await import("./alert-test.ts");
      return testReceiver(receiver, config, io, json);
    },

    review: createAuditCommands(io, (file) => load(file, true)),
    control: createControlCommands(io),
    baseline: createBaselineCommands(io),
    probe: createProbeCommands(io),
    store: createStoreCommands(io),
    digest: (options) => showDigest(options, io),
    exportObservations: (options) => exportObservations(options, io),
  };
}
