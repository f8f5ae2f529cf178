import { conductAudit } from "../audit/conduct.ts";
import type { AuditDocument } from "../audit/document.ts";
import type { AuditPlan } from "../audit/plan.ts";
import { auditRenderers } from "./audit-renderers.ts";
import { writeUp } from "../audit/write-up.ts";
import type { Config } from "../config/config.ts";
import type { PinnedReplies } from "../probe/audit-terms.ts";
import type { Target } from "../probe/target.ts";
import { systemClock } from "../std/clock.ts";
import { silentLog } from "../std/log.ts";
import { openStore } from "../store/store.ts";
import { createLog } from "../telemetry/log.ts";
import { recordingTracer } from "../telemetry/recording-tracer.ts";
import { startTelemetry } from "../telemetry/telemetry.ts";
import { searchSinks } from "./audit-sinks.ts";
import { openPool } from "./storage.ts";
import { type Env, keepSecrets } from "./secrets.ts";
import { openWorld, userAgent } from "./world.ts";

export interface AuditOrder {
  readonly config: Config;
  readonly target: Target;
  readonly plan: AuditPlan;
  readonly env: Env;
  readonly approvedMicroUsd: number | undefined;
  readonly pinned: PinnedReplies | undefined;
  readonly progress: (done: number, of: number, scenario: string) => void;
}

/** Plays the catalogue against one target in memory, searches every sink of it, and writes it up. */
export async function audit({
  config,
  target,
  plan,
  env,
  approvedMicroUsd,
  pinned,
  progress,
}: AuditOrder): Promise<AuditDocument> {
  await using opened = new AsyncDisposableStack();
  const telemetry = opened.adopt(await startTelemetry(env, true), (it) => it.stop());
  const pool = opened.adopt(await openPool({ kind: "embedded", folder: undefined }, silentLog), (it) => it.close());
  const store = await openStore(pool, systemClock.nowMs(), config.retentionDays);
  const secrets = keepSecrets(env, [], ["worker"]);
  secrets.use(config);
  const { redact } = secrets;
  let logged = "";
  const log = createLog({ write: (line) => void (logged += line) }, "debug", redact);
  const spans = recordingTracer(telemetry.tracer);
  const watched = { ...telemetry, tracer: spans.tracer };
  const world = opened.adopt(openWorld(store, config, secrets, log, watched), (it) => it.close());

  const startedAtMs = world.clock.nowMs();
  const conducted = await conductAudit(world, { target, plan, approvedMicroUsd, progress });
  const endedAtMs = world.clock.nowMs();
  const { played } = conducted;
  const facts = { target, plan, ...conducted, startedAtMs, endedAtMs, program: userAgent, redact, pinned };
  const draft = writeUp({ ...facts, sinks: [] });
  const sinks = await searchSinks({
    target,
    played,
    pool,
    logged,
    spans: spans.recorded(),
    metrics: (await telemetry.scrape?.()) ?? "",
    documents: Object.values(auditRenderers).map((render) => render(draft)),
    secrets: secretsOf(target, world.secret),
  });
  return writeUp({ ...facts, sinks });
}

function secretsOf({ key, audit: terms }: Target, read: (ref: NonNullable<Target["key"]>) => string) {
  const refs = { "the key": key, "the revoked key": terms?.revokedKey, "the billing key": terms?.billing?.key };
  return Object.fromEntries(
    Object.entries(refs).flatMap(([name, ref]) => (ref === undefined ? [] : [[name, read(ref)]])),
  );
}
