import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import pg from "pg";
import { secretSources } from "../src/app/secrets.ts";
import { loadConfig } from "../src/config/load.ts";
import type { Probe } from "../src/probe/probe.ts";
import { seededRandom } from "../src/testbed/seeded-random.ts";
import { accountOf, type Account } from "./account.ts";
import { type Fault, faults, type Stage } from "./faults.ts";
import { type Member, startMember } from "./processes.ts";
import { openProvider } from "./provider.ts";
import { openLink } from "./proxy.ts";
import { openAlertReceiver } from "./receiver.ts";
import { drillReport, type Played } from "./report.ts";
import { openStores } from "./stores.ts";

const help = `npm run drill -- [options]

Starts the roles as processes on stores of its own, plays faults, and prints what became of every slot, request and alert.

  --minutes <n>      how long faults are played (default 5)
  --seed <n>         which faults, when, and on whom (default 1)
  --faults <names>   only these, separated by commas: ${faults.map(({ name }) => name).join(", ")}
  --probes <n>       probes, each every 2 s (default 20)
  --report           also write the table to docs/reliability.md

Exit codes: 0 every slot is accounted for, 3 something is broken, 2 wrong options`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    faults: { type: "string", default: "" },
    probes: { type: "string", default: "20" },
    report: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const wanted = values.faults === "" ? faults : faults.filter(({ name }) => values.faults.split(",").includes(name));
if (wanted.length === 0) {
  console.error(`no such fault: ${values.faults}\n\n${help}`);
  process.exit(2);
}

const targets = ["amber", "birch", "cedar"] as const;
const key = "drill-key-7f3a9c1e5b2d4f68";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const random = seededRandom(Number(values.seed));
const opened = new AsyncDisposableStack();
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const stores = opened.adopt(await openStores(), (it) => it.close());
const provider = opened.adopt(await openProvider(key, () => 20 + Math.floor(random() * 80)), (it) => it.close());
const receiver = opened.adopt(await openAlertReceiver(), (it) => it.close());
const folder = join(stores.folder, "service");
mkdirSync(folder);
const config = join(folder, "plumbline.yaml");
const env = { DRILL_KEY: key, DRILL_SECRET: secret };
writeFileSync(config, configText(Number(values.probes)));
const probes = probesOf(configText(Number(values.probes)));

const databaseUrl = `postgres://plumbline@127.0.0.1:${stores.postgres.port}/postgres`;
const redisUrl = `redis://127.0.0.1:${stores.redis.port}`;
const roles = ["scheduler", "worker", "worker", "notifier", "web"];
const members = await Promise.all(roles.map(openMember));
opened.defer(async () => void (await Promise.all(members.map((member) => member.stop()))));

say("waiting until every probe has run once");
await until(async () => (await rowsPerProbe()) >= probes.length, 120_000);
const stage: Stage = {
  members,
  postgres: stores.postgres,
  redis: stores.redis,
  databaseUrl,
  redisUrl,
  provider,
  targets,
  random,
};
const fromMs = Date.now();
const played = await playFaults(stage, wanted, fromMs + Number(values.minutes) * 60_000);
await sleep(20_000);
const toMs = Date.now();
say("waiting until every slot is accounted for");
const account = await settled(toMs);
const codes = await Promise.all(members.map(async (member) => ({ name: member.name, code: await member.stop() })));
const leaks = await leaksOf();
const report = drillReport({
  account,
  played,
  codes,
  leaks,
  provider,
  receiver,
  members,
  seed: values.seed,
  fromMs,
  toMs,
});
console.log(report.text);
if (values.report) writeFileSync("docs/reliability.md", report.markdown);
await opened.disposeAsync();
process.exit(report.isWhole ? 0 : 3);

function configText(n: number): string {
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

function probesOf(text: string): readonly Probe[] {
  const loaded = loadConfig(
    { file: config, text },
    { ...secretSources(env), scenarios: ["valid-request"], checkSecrets: [] },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.probes;
}

async function openMember(role: string, place: number): Promise<Member> {
  const links = { postgres: await openLink(stores.postgres.port), redis: await openLink(stores.redis.port) };
  opened.defer(async () => void (await Promise.all([links.postgres.close(), links.redis.close()])));
  return startMember({
    name: `${role}-${place}`,
    role,
    words: [resolve("src/main.ts"), "start", "--role", role, "--config", config, "--listen", "127.0.0.1:0"],
    env: {
      ...env,
      DATABASE_URL: `postgres://plumbline@127.0.0.1:${links.postgres.port}/postgres`,
      REDIS_URL: `redis://127.0.0.1:${links.redis.port}`,
    },
    links,
    folder,
  });
}

async function playFaults(on: Stage, choice: readonly Fault[], endMs: number): Promise<readonly Played[]> {
  const done: Played[] = [];
  // Each fault is played once before any is played again.
  let queue: Fault[] = [];
  while (Date.now() < endMs) {
    if (queue.length === 0) queue = choice.toSorted(() => on.random() - 0.5);
    const fault = queue.shift();
    if (fault === undefined) break;
    const startedMs = Date.now();
    say(`${fault.name}: ${fault.summary}`);
    const victim = await fault.play(on);
    done.push({ fault, victim, startedMs, endedMs: Date.now() });
    await sleep(3_000 + on.random() * 7_000);
  }
  return done;
}

async function settled(untilMs: number): Promise<Account> {
  for (let tries = 0; ; tries += 1) {
    const account = await accountOf(databaseUrl, probes, provider, receiver, fromMs, untilMs);
    const { withoutRow, stillOpen, alertsPending } = account.broken;
    if ((withoutRow === 0 && stillOpen === 0 && alertsPending === 0) || tries >= 60) return account;
    await sleep(3_000);
  }
}

async function rowsPerProbe(): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: string }>(
      "SELECT count(DISTINCT probe_id) AS n FROM plumbline.runs WHERE state = 'done'",
    );
    return Number(rows[0]?.n ?? 0);
  } finally {
    await client.end();
  }
}

async function until(isSo: () => Promise<boolean>, limitMs: number): Promise<void> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    if (await isSo().catch(() => false)) return;
    if (Date.now() > endMs)
      throw new Error(`not within ${limitMs} ms:\n${members.map((it) => it.log().slice(-500)).join("\n")}`);
    await sleep(500);
  }
}

/** Places where the provider's key or the receiver's secret can be read: logs, rows and the queue. */
async function leaksOf(): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const sinks = new Map(members.map((member) => [`log of ${member.name}`, member.log()]));
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ text: string }>(
      `SELECT coalesce(string_agg(t::text, ' ') FILTER (WHERE t::text LIKE ANY ($1)), '') AS text FROM ${name} t`,
      [[key, secret.slice(6)].map((it) => `%${it}%`)],
    );
    sinks.set(`table ${name}`, rows[0]?.text ?? "");
  }
  await client.end();
  const redis = new Redis(redisUrl);
  for (const name of await redis.keys("*")) {
    sinks.set(`Redis ${name}`, (await redis.dumpBuffer(name))?.toString("latin1") ?? "");
  }
  redis.disconnect();
  return [...sinks].filter(([, text]) => text.includes(key) || text.includes(secret.slice(6))).map(([sink]) => sink);
}
