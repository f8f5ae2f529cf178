import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { packStates, statesJson, unpackStates } from "../src/store/states.ts";
import { incidentOf } from "../test/store/samples.ts";
import { quantile, table } from "./measure.ts";
import { load, machine } from "./record.ts";
import { openReplyServer } from "./servers.ts";
import { cpuMs, startService } from "./service.ts";
import { openStores } from "./stores.ts";

/**
 * What each page costs the server with ten thousand probes and a million runs, and what a thousand requests a second for
 * a public page cost. `node bench/pages.ts [probes] [runs] [--serve]`; with `--serve` the pages stay up until input ends.
 */
const [probes = 10_000, runs = 1_000_000] = process.argv
  .slice(2)
  .filter((one) => !one.startsWith("--"))
  .map(Number);
const loadMs = 20_000;
const perSecond = 1000;

const stores = await openStores();
const replies = await openReplyServer();
const { database } = stores;

const also = `  - { name: seed, target: t0, scenario: valid-request, every: 1s }
statusPages: { public: { title: Status of our AI features, targets: { t0: Chat, t1: Search, t2: Translation } } }
`;

/** The seed has run often enough to have baselines; all other probes get copies of what it has left behind. */
async function fill(): Promise<void> {
  const one = async (text: string): Promise<number> =>
    Number((await database.query<{ value: string }>(text)).rows[0]?.value);
  while ((await one("SELECT count(*) AS value FROM plumbline.baselines")) < 5) await sleep(500);
  await database.query("SET session_replication_role = replica");
  const each = Math.ceil(runs / probes);
  await database.query(
    `INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, claimed_at, ended_at, verdict,
       findings, unjudged, observations, total_ms, first_content_ms, tokens, micro_usd, requests)
     SELECT 'p' || p || '@default/' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'p' || p || '@default', at,
       'default', 't' || p / 20, 'bench-model', 'valid-request', 'done', now(), now(),
       CASE WHEN (p + n) % 40 = 0 THEN 'fail' ELSE 'ok' END, '[]', '[]', r.observations, 400 + (p * 7 + n * 13) % 300, 200, 40, 12, 1
     FROM generate_series(0, $1::int - 1) p, generate_series(1, $2::int) n,
       LATERAL (SELECT date_trunc('second', now()) - (n * 86000 / $2::int + 60) * interval '1 second' AS at) a,
       (SELECT observations FROM plumbline.runs WHERE probe_id = 'seed@default' AND state = 'done' LIMIT 1) r
     ON CONFLICT DO NOTHING`,
    [probes, each],
  );
  await database.query(
    `INSERT INTO plumbline.run_hours (probe_id, hour, ok, fail, timed, total_ms, least_ms, most_ms, tokens, micro_usd)
     SELECT 'p' || p || '@default', date_trunc('hour', now(), 'UTC') - h * interval '1 hour',
       CASE WHEN h % 301 < 3 THEN 40 ELSE 60 END, CASE WHEN h % 301 < 3 THEN 20 ELSE 0 END, 60, 33000, 400, 1900, 2400, 720
     FROM generate_series(0, $1::int - 1) p, generate_series(0, CASE WHEN p < 200 THEN 2160 ELSE 24 END) h
     ON CONFLICT DO NOTHING`,
    [probes],
  );
  await database.query(
    `INSERT INTO plumbline.progress (probe_id, target, scenario, last_slot, last_good_slot, last_done_at)
     SELECT 'p' || p || '@default', 't' || p / 20, 'valid-request', now(), now(), now() FROM generate_series(0, $1::int - 1) p
     ON CONFLICT (probe_id) DO UPDATE SET last_slot = excluded.last_slot, last_done_at = excluded.last_done_at`,
    [probes],
  );
  await copySeries();
  const nowMs = Date.now();
  const incidents = Array.from({ length: 2500 }, (_, index) => {
    const probeId = `p${index}@default`;
    const isOver = index >= 250;
    const slotMs = nowMs - (isOver ? index * 600_000 : index * 60_000);
    return {
      fingerprint: `bench-${index}`,
      probe_id: probeId,
      state: isOver ? "resolved" : "open",
      body: incidentOf(probeId, slotMs, {
        fingerprint: `bench-${index}`,
        target: `t${Math.floor(index / 20)}`,
        location: "default",
        state: isOver ? "resolved" : "open",
        ...(isOver && { resolvedAtMs: slotMs + 300_000 }),
      }),
    };
  });
  await database.query(
    `INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body)
     SELECT fingerprint, probe_id, state, body FROM jsonb_to_recordset($1::jsonb)
       AS i(fingerprint text, probe_id text, state text, body jsonb)`,
    [JSON.stringify(incidents)],
  );
  await database.query(
    `INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, routes, incident)
     SELECT fingerprint || '-1', 1, fingerprint, 'opened', now(), '2-of-3-slots-bad', '[]', body FROM plumbline.incidents
     WHERE fingerprint LIKE 'bench-%'`,
  );
  await database.query(
    `INSERT INTO plumbline.acts SELECT now() - n * interval '1 minute', 'ann', 'acknowledge', 'bench-' || n || '-1', 'looking at it'
     FROM generate_series(1, 20000) n`,
  );
  await database.query("SET session_replication_role = origin; ANALYZE");
}

async function copySeries(): Promise<void> {
  const { rows } = await database.query<{ states: Buffer }>(
    "SELECT states FROM plumbline.probe_states WHERE probe_id = 'seed@default'",
  );
  const remembered = [...unpackStates(rows[0]?.states ?? Buffer.from("[]"))];
  for (let first = 0; first < probes; first += 500) {
    const copies = Array.from({ length: Math.min(500, probes - first) }, (_, index) => {
      const memories = remembered.map(([id, memory]) => ({
        ...memory,
        series: { id: `${id}-${first + index}`, probeId: "", aspect: "latency", label: "" } as const,
        baseline: undefined,
      }));
      return { p: first + index, ...statesJson(packStates(memories)) };
    });
    await database.query(
      `INSERT INTO plumbline.probe_states (probe_id, states, away)
       SELECT 'p' || p || '@default', decode(states, 'base64'), away FROM jsonb_to_recordset($1::jsonb) AS c(p int, states text, away float8)
       ON CONFLICT (probe_id) DO UPDATE SET states = excluded.states`,
      [JSON.stringify(copies)],
    );
  }
  await database.query(
    `INSERT INTO plumbline.series (series_id, probe_id, aspect, label, last_slot, pages, of_group)
     SELECT series_id || '-' || p, 'p' || p || '@default', aspect, label, last_slot, pages, of_group
     FROM plumbline.series, generate_series(0, $1::int - 1) p WHERE probe_id = 'seed@default' ON CONFLICT DO NOTHING`,
    [probes],
  );
  await database.query(
    `INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why)
     SELECT series_id || '-' || p, version, n, learned, accepted_at, accepted_by, b.why FROM plumbline.baselines b
       JOIN plumbline.series s USING (series_id), generate_series(0, $1::int - 1) p WHERE s.probe_id = 'seed@default'
     ON CONFLICT DO NOTHING`,
    [probes],
  );
}

/** Six answers of one address: the median and the slowest in milliseconds, and the size. */
async function timed(url: string): Promise<{ times: readonly number[]; bytes: number; status: number }> {
  const times: number[] = [];
  let [bytes, status] = [0, 0];
  for (let time = 0; time < 6; time += 1) {
    const startMs = performance.now();
    const reply = await fetch(url, { headers: { accept: "text/html" } });
    bytes = (await reply.arrayBuffer()).byteLength;
    status = reply.status;
    times.push(performance.now() - startMs);
    await sleep(50);
  }
  return { times, bytes, status };
}

/** Share of a core that the process used meanwhile, in percent, and how many answers came. */
async function under(pid: number, url: string | undefined): Promise<{ percent: number; answers: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  let answers = 0;
  const [beforeMs, startMs] = [cpuMs(pid), performance.now()];
  for (let sent = 0; performance.now() - startMs < loadMs;) {
    const due = url === undefined ? 0 : ((performance.now() - startMs) / 1000) * perSecond;
    for (; sent < due; sent += 1)
      get(url ?? "", { agent, headers: { "accept-encoding": "gzip" } }, (reply) => {
        answers += Number(reply.statusCode === 200);
        reply.resume();
      }).on("error", () => {});
    await sleep(10);
  }
  const percent = (100 * (cpuMs(pid) - beforeMs)) / (performance.now() - startMs);
  agent.destroy();
  return { percent, answers };
}

try {
  const env = { DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl };
  const service = await startService({ probes, everyS: 86_400, port: replies.port, also }, env);
  try {
    await fill();
    const [series] = (
      await database.query<{ series_id: string }>(
        "SELECT series_id FROM plumbline.series WHERE probe_id = 'p7@default'",
      )
    ).rows;
    const [run] = (
      await database.query<{ run_id: string }>(
        "SELECT run_id FROM plumbline.runs WHERE probe_id = 'p7@default' LIMIT 1",
      )
    ).rows;
    const paths = [
      "/",
      "/?page=250",
      "/?search=t77",
      "/incidents",
      "/incidents?state=all",
      "/incidents/bench-7-1",
      "/probes/p7%40default",
    ].concat([
      "/probes/p7%40default?range=30%20d",
      "/probes/p7%40default?range=180%20d",
      `/runs/${encodeURIComponent(run?.run_id ?? "")}`,
      "/baselines",
      `/baselines/${series?.series_id ?? ""}`,
      "/spend",
      "/audits",
      "/report",
      "/report/t7",
      "/quiet",
      "/sessions",
      "/status/public",
    ]);
    const rows: string[][] = [];
    for (const path of paths) {
      const { times, bytes, status } = await timed(`${service.url}${path}`);
      rows.push([
        path,
        String(status),
        ...[0, 0.5, 1].map((share) => quantile(times, share).toFixed(0)),
        (bytes / 1000).toFixed(0),
      ]);
    }
    process.stdout.write(
      `${probes} probes, ${runs} runs; ${machine()}, load ${load()}\n\n${table([["page", "status", "fastest ms", "median ms", "slowest ms", "kB"], ...rows])}\n`,
    );
    const idle = await under(service.pid, undefined);
    const busy = await under(service.pid, `${service.url}/status/public`);
    process.stdout.write(
      `${service.url}/status/public for ${loadMs / 1000} s: ${((busy.answers / loadMs) * 1000).toFixed(0)} answers a second took ${busy.percent.toFixed(1)} % of a core, ${idle.percent.toFixed(1)} % without them\n`,
    );
    if (process.argv.includes("--serve")) for await (const _ of process.stdin);
  } finally {
    await service.stop();
  }
} finally {
  replies.close();
  await stores.stop();
}
