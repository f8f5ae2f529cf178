import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { secretSources } from "../src/app/secrets.ts";
import { loadConfig } from "../src/config/load.ts";
import type { AccountView } from "../src/operate/account.ts";
import type { Probe } from "../src/probe/probe.ts";
import { openPglitePool } from "../src/store/pools/pglite.ts";
import { freePort } from "../test/setup/servers.ts";
import type { Query } from "./account.ts";
import type { Stage } from "./faults.ts";
import { type Member, startMember } from "./processes.ts";
import { openProvider, type Provider } from "./provider.ts";
import { openLink } from "./proxy.ts";
import { type AlertReceiver, openAlertReceiver } from "./receiver.ts";
import { openStores } from "./stores.ts";

export const targets = ["amber", "birch", "cedar"] as const;
export const key = "drill-key-7f3a9c1e5b2d4f68";
export const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const env = { DRILL_KEY: key, DRILL_SECRET: secret };

export interface StageOptions {
  readonly isEmbedded: boolean;
  readonly probes: number;
  random(): number;
}

/** The service as it is deployed, with everything that it talks to. */
export interface OpenStage extends Stage {
  readonly receiver: AlertReceiver;
  /** Due slots without a row. */
  unaccounted(fromMs: number, toMs: number): Promise<number>;
  /** Of the embedded mode only after its process has stopped. */
  readonly query: Query;
}

export async function openStage(options: StageOptions, opened: AsyncDisposableStack): Promise<OpenStage> {
  const { isEmbedded, random } = options;
  const provider = opened.adopt(await openProvider(key, () => 20 + Math.floor(random() * 80)), (it) => it.close());
  const receiver = opened.adopt(await openAlertReceiver(), (it) => it.close());
  const folder = mkdtempSync(join(tmpdir(), "plumbline-drill-"));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, "plumbline.yaml");
  const text = configText(options.probes, provider, receiver);
  writeFileSync(config, text);
  const stage = { provider, receiver, targets, random, folder, probes: probesOf(config, text) };
  return isEmbedded ? openEmbedded(stage, config, opened) : openProduction(stage, config, opened);
}

type Common = Pick<OpenStage, "provider" | "receiver" | "targets" | "random" | "probes" | "folder">;

const words = (config: string, port: number, role: readonly string[] = []): string[] => [
  resolve("src/main.ts"),
  "start",
  ...role,
  "--config",
  config,
  "--listen",
  `127.0.0.1:${port}`,
];

async function openEmbedded(stage: Common, config: string, opened: AsyncDisposableStack): Promise<OpenStage> {
  const folder = resolve(config, "..");
  const data = join(folder, "data");
  const port = await freePort();
  const member = startMember({
    name: "service",
    role: "all",
    words: words(config, port),
    env: { ...env, PLUMBLINE_DATA: data, PLUMBLINE_SPOOL: join(folder, "spool") },
    links: undefined,
    folder,
  });
  opened.defer(async () => void (await member.stop()));
  return {
    ...stage,
    stores: undefined,
    members: [member],
    async unaccounted(fromMs, toMs) {
      const reply = await fetch(`http://127.0.0.1:${port}/api/v1/account?fromMs=${fromMs}&toMs=${toMs}`);
      const { data: account } = (await reply.json()) as { data: AccountView };
      return account.withoutRow + account.waiting + account.beforeFirstRun;
    },
    async query<Row>(text: string, params?: readonly unknown[]) {
      const { pool, close } = await openPglitePool(data);
      try {
        return (await pool.query(text, params)).rows as Row[];
      } finally {
        await close();
      }
    },
  };
}

async function openProduction(stage: Common, config: string, opened: AsyncDisposableStack): Promise<OpenStage> {
  const { postgres, redis, folder: dataFolder, close } = await openStores();
  opened.defer(close);
  const folder = resolve(config, "..");
  const databaseUrl = `postgres://plumbline@127.0.0.1:${postgres.port}/postgres`;
  const redisUrl = `redis://127.0.0.1:${redis.port}`;
  const openMember = async (role: string, place: number): Promise<Member> => {
    const links = { postgres: await openLink(postgres.port), redis: await openLink(redis.port) };
    opened.defer(async () => void (await Promise.all([links.postgres.close(), links.redis.close()])));
    return startMember({
      name: `${role}-${place}`,
      role,
      words: words(config, 0, ["--role", role]),
      env: {
        ...env,
        PLUMBLINE_SPOOL: join(folder, "spool"),
        DATABASE_URL: databaseUrl.replace(`:${postgres.port}`, `:${links.postgres.port}`),
        REDIS_URL: redisUrl.replace(`:${redis.port}`, `:${links.redis.port}`),
      },
      links,
      folder,
    });
  };
  const members = await Promise.all(["scheduler", "worker", "worker", "notifier", "web"].map(openMember));
  opened.defer(async () => void (await Promise.all(members.map((member) => member.stop()))));
  return {
    ...stage,
    stores: { postgres, redis, databaseUrl, redisUrl },
    folder: dataFolder,
    members,
    unaccounted: () => Promise.resolve(0),
    async query<Row>(text: string, params?: readonly unknown[]) {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      try {
        return (await client.query(text, params === undefined ? undefined : [...params])).rows as Row[];
      } finally {
        await client.end();
      }
    },
  };
}

function configText(n: number, provider: Provider, receiver: AlertReceiver): string {
  const target = (name: string): string =>
    `  ${name}: { baseUrl: "http://127.0.0.1:${provider.port}/${name}/v1", model: gpt-4o-mini, key: { env: DRILL_KEY }, traceparent: true, client: { retries: 0, total: 6s } }`;
  const probe = (_: unknown, index: number): string =>
    `  - { name: probe-${index}, target: ${targets[index % targets.length]}, scenario: valid-request, every: 2s }`;
  return `targets:
${targets.map(target).join("\n")}
probes:
${Array.from({ length: n }, probe).join("\n")}
receivers:
  oncall: { webhook: { url: "${receiver.url}/alerts", secrets: [{ env: DRILL_SECRET }], allowPrivate: true } }
incidents: { groupWait: 2s }
judge: { learnRuns: 10, latencyFloorRatio: 50 }
heartbeat: { url: "${receiver.url}/alive", every: 10s, allowPrivate: true }
`;
}

function probesOf(file: string, text: string): readonly Probe[] {
  const loaded = loadConfig({ file, text }, { ...secretSources(env), scenarios: ["valid-request"], checkSecrets: [] });
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.probes;
}
