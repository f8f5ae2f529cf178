import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type DriftSwitch, answerControl } from "./control.ts";
import { type DriftName, drifts } from "./drifts.ts";
import { createModelAnswers, type ModelService } from "./answer-model.ts";
import { modelDrifts } from "./model-drifts.ts";
import { openProvider } from "./provider.ts";
import { createProxy } from "./proxy.ts";
import { seededRandom } from "../std/seeded-random.ts";

export interface TestbedOptions {
  /** 0 or omitted: any free port. */
  readonly port?: number | undefined;
  /** The only key that is accepted; generated if omitted. */
  readonly key?: string | undefined;
  /** Time before the first byte of each reply, spread evenly between the two. */
  readonly pace?: { readonly minMs: number; readonly maxMs: number } | undefined;
  readonly random?: (() => number) | undefined;
  readonly sleep?: ((durationMs: number) => Promise<void>) | undefined;
  /** Active from the start. */
  readonly active?: readonly DriftName[] | undefined;
}

export interface Testbed extends DriftSwitch {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** Where the control API is. */
  readonly origin: string;
  readonly key: string;
  /** Requests forwarded to the provider since the start. */
  requests(): number;
  close(): Promise<void>;
}

/** Slow enough that a busy machine adds little, fast enough for one probe per second. */
const networkLike = { minMs: 120, maxMs: 160 };

/** Opens a provider on loopback that can be made to drift. Rejects when the port is taken. */
export async function openTestbed(options: TestbedOptions = {}): Promise<Testbed> {
  const { random = seededRandom(1), sleep = wait, pace = networkLike } = options;
  const key = options.key ?? `sk-testbed-${randomBytes(12).toString("hex")}`;
  const names = new Set<DriftName>(options.active);
  const drift: DriftSwitch = {
    inject: (name) => void names.add(name),
    clear: (name) => void names.delete(name),
    active: () => [...names],
  };
  const models = createModelAnswers(key, random, Date.now);
  let requests = 0;
  const provider = await openProvider(key);
  const server = createProxy({
    providerPort: provider.port,
    active: () => drifts.filter(({ name }) => names.has(name)),
    delayMs: () => pace.minMs + random() * (pace.maxMs - pace.minMs),
    sleep,
    onRequest: () => void (requests += 1),
    answerModel: (request, body) => models.answer(body, request.headers.authorization, serviceOf(names)),
    answerOwn: (request, body) => answerControl(request, body, drift),
  });
  try {
    server.listen(options.port ?? 0, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    await provider.close();
    throw error;
  }
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...drift,
    baseUrl: `${origin}/v1`,
    origin,
    key,
    requests: () => requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await provider.close();
    },
  };
}

function serviceOf(active: ReadonlySet<string>): ModelService {
  const services = modelDrifts.filter(({ name }) => active.has(name)).map(({ change }) => change.service);
  return services.reduce<ModelService>((all, service) => ({ ...all, ...service }), {});
}
