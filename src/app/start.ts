import { exitCodes, type Io } from "../cli/io.ts";
import type { StartArguments } from "../cli/effects.ts";
import { exceptionFields, type Log } from "../std/log.ts";
import { version } from "../std/version.ts";
import { createLog } from "../telemetry/log.ts";
import { loadConfigFile, loadOrExplain } from "./files.ts";
import { watchConfigFile } from "./reload.ts";
import { repeat } from "./repeat.ts";
import { keepSecrets } from "./secrets.ts";
import { openService, type Service } from "./service.ts";
import { chooseStorage, refuseDamaged, secretsOf } from "./storage.ts";
import { whenReachable } from "./when-reachable.ts";
import { boundMemory } from "./bound-memory.ts";

/** Runs the service until a signal; resolves to the exit code. */
export async function start(options: StartArguments, io: Io): Promise<number> {
  const { config: file, roles, locations, concurrency, graceMs, listen, awaitSchemaMs, awaitStoresMs } = options;
  const { env, stderr } = io;
  const settle = boundMemory();
  const config = loadOrExplain(file, io, roles);
  if (config === undefined) return exitCodes.usage;
  const storage = chooseStorage(env);
  if (storage.kind === "refused") {
    stderr.write(`${storage.reason}\n`);
    return exitCodes.usage;
  }
  const secrets = keepSecrets(env, secretsOf(storage), roles);
  secrets.use(config);
  const log = createLog(stderr, "info", secrets.redact, {
    format: stderr.isTTY === true ? "human" : "json",
    common: { service: "plumbline", version },
  });
  const serviceOptions = {
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
  };
  const open = (): Promise<Service> => refuseDamaged(storage, openService(config, serviceOptions));
  const service = await whenReachable(open, awaitStoresMs, log);
  const reloader = watchConfigFile(
    {
      file,
      service,
      log,
      listen: listen === undefined ? config.listen : undefined,
      load: () => loadConfigFile(file, env, roles),
    },
    repeat,
  );
  io.onHangup(() => void reloader.now());
  const stopped = untilStopped(io, service, log, graceMs, () => reloader.stop());
  settle();
  // Whoever reads this line may send a signal at once.
  log.info("started", { storage: storage.kind, roles, url: service.url, probes: config.probes.length });
  return stopped;
}

/** The first signal stops the service, a second one or a crash ends the program. */
function untilStopped(io: Io, service: Service, log: Log, graceMs: number, onStop: () => void): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  io.onCrash((thrown) => {
    log.error("crashed: this is a bug", exceptionFields(thrown));
    resolve(exitCodes.internal);
  });
  let signals = 0;
  io.onSignal(() => {
    signals += 1;
    onStop();
    if (signals > 1) return resolve(exitCodes.internal);
    log.info("stopping: waiting for running probes", { graceMs });
    const tooLate = setTimeout(() => {
      log.warn("stopped before all probes finished: their runs are recorded as interrupted", { graceMs });
      resolve(exitCodes.fine);
    }, graceMs);
    service
      .stop()
      .then(
        () => resolve(exitCodes.fine),
        () => resolve(exitCodes.internal),
      )
      .finally(() => clearTimeout(tooLate));
  });
  return promise;
}
