import type { Alerting } from "../probe/alerting.ts";
import type { Cadence, Probe } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import { tokenizerOf } from "../probe/tokenizer.ts";
import { closestTo } from "./closest.ts";
import type { Config } from "./config.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { contractPolicy } from "./contract-schema.ts";
import { listPrice } from "./prices.ts";
import type { ConfigText } from "./schema.ts";
import { scenarioSpec } from "./scenario-spec.ts";
import { resolveActionLinks } from "./resolve-action-links.ts";
import { resolveAlerting } from "./resolve-alerting.ts";
import { resolveAudits } from "./resolve-audit.ts";
import { resolveReceivers } from "./resolve-receiver.ts";
import { requireSecret, requireToken } from "./required-secret.ts";
import { objectivesOf } from "./objectives.ts";
import { capsOfTarget, requireKeyInUse, requirePrice } from "./spend-caps.ts";
import { readSecret } from "./secrets.ts";
import { durationMs, moneyOf, sizeOf } from "../probe/text-schemas.ts";

/** From a text of the right form to targets, probes and receivers that fit together, or to what does not. */
export function resolveConfig(
  text: ConfigText,
  context: LoadContext,
): { config: Config } | { complaints: Complaint[] } {
  const complaints: Complaint[] = [];
  const plain = new Map(
    Object.entries(text.targets).map(([name, target]) => [
      name,
      resolveTarget(name, target, text, context, complaints),
    ]),
  );
  requireKeyInUse(text, complaints);
  const targets = resolveAudits(text, plain, context, complaints);
  const receivers = resolveReceivers(text, context, complaints);
  const alerting = resolveAlerting(text, complaints);
  const apiTokens = Object.entries(text.api.tokens).map(([name, { token, scope }]) => ({ name, token, scope }));
  for (const { name, token } of apiTokens) requireToken(token, ["api", "tokens", name], context, complaints);
  const actionLinks = resolveActionLinks(text.api, context, complaints);
  const { heartbeat } = text;
  if (heartbeat !== undefined && typeof heartbeat.url !== "string") {
    requireSecret(heartbeat.url, ["heartbeat", "url"], context, complaints);
  }
  const probes = text.probes.flatMap((probe, index) =>
    resolveProbe(probe, index, text, { targets, alerting }, context, complaints),
  );
  const seen = new Set<string>();
  for (const [index, { name }] of text.probes.entries()) {
    if (seen.has(name))
      complaints.push({
        path: ["probes", index, "name"],
        expected: "a name of its own for each probe",
        got: `"${name}" again`,
        hint: "rename one of them",
      });
    seen.add(name);
  }
  if (complaints.length > 0) return { complaints };
  const colon = text.listen.lastIndexOf(":");
  const config: Config = {
    targets: [...targets.values()],
    probes,
    receivers,
    alerting,
    retentionDays: Math.max(1, Math.ceil(durationMs(text.retention) / 86_400_000)),
    listen: { host: text.listen.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.listen.slice(colon + 1)) },
    apiTokens,
    actionLinks,
    heartbeat: heartbeat && { ...heartbeat, everyMs: durationMs(heartbeat.every) },
  };
  return { config };
}

function resolveTarget(
  name: string,
  text: ConfigText["targets"][string],
  whole: ConfigText,
  context: LoadContext,
  complaints: Complaint[],
): Target {
  const path = ["targets", name];
  const { client, prices } = text;
  const baseUrl = typeof text.baseUrl === "string" ? text.baseUrl : (readSecret(text.baseUrl, context) ?? "");
  if (typeof text.baseUrl !== "string") requireSecret(text.baseUrl, [...path, "baseUrl"], context, complaints);
  if (text.key !== undefined) requireSecret(text.key, [...path, "key"], context, complaints);
  for (const header of Object.keys(text.headers)) {
    if (!["authorization", "api-key", "x-api-key", "cookie"].includes(header.toLowerCase())) continue;
    complaints.push({
      path: [...path, "headers"],
      key: header,
      expected: "no credential among the headers",
      got: `"${header}"`,
      hint: "use key: { env: NAME } and keyHeader",
    });
  }
  const price =
    prices !== undefined && "input" in prices
      ? {
          inputPerMillion: moneyOf(prices.input),
          outputPerMillion: moneyOf(prices.output),
          cachedInputPerMillion: prices.cachedInput === undefined ? undefined : moneyOf(prices.cachedInput),
        }
      : listPrice(text.provider, text.model, prices?.multiplier ?? 1);
  if (price === undefined) requirePrice(name, text, whole, complaints);
  const policy: Target["policy"] = {
    connectMs: durationMs(client.connect),
    firstByteMs: durationMs(client.firstByte),
    firstContentMs: durationMs(client.firstContent),
    idleMs: durationMs(client.idle),
    totalMs: durationMs(client.total),
    maxBodyBytes: sizeOf(client.maxBody),
    maxRequestBytes: sizeOf(client.maxRequest),
    maxEvents: client.maxEvents,
    retries: client.retries,
    maxRetryAfterMs: durationMs(client.maxRetryAfter),
    connection: client.connection,
    circuit: { failures: client.circuit.failures, openMs: durationMs(client.circuit.open) },
  };
  if (policy.totalMs < policy.connectMs) {
    complaints.push({
      path: [...path, "client"],
      key: "total",
      expected: "no less than connect",
      got: client.total,
      hint: "raise total or lower connect",
    });
  }
  return {
    name,
    baseUrl: baseUrl.replace(/\/+$/, ""),
    model: text.model,
    provider: text.provider,
    key: text.key,
    keyHeader: { ...text.keyHeader, name: text.keyHeader.name.toLowerCase() },
    headers: text.headers,
    maxTokensField: text.maxTokensField,
    policy,
    price,
    traceparent: text.traceparent,
    tokenizer: text.tokenizer === "none" ? undefined : (text.tokenizer ?? tokenizerOf(text.model)),
    contract: contractPolicy(text.contract, [...path, "contract"], context, complaints),
    spendCaps: capsOfTarget(name, text, whole),
    objectives: objectivesOf(text.slo),
  };
}

function resolveProbe(
  text: ConfigText["probes"][number],
  index: number,
  whole: ConfigText,
  { targets, alerting }: { readonly targets: ReadonlyMap<string, Target>; readonly alerting: Alerting },
  context: LoadContext,
  complaints: Complaint[],
): Probe[] {
  const path = ["probes", index];
  const unknown = (
    key: string,
    word: string,
    known: readonly string[],
    position: readonly PropertyKey[] = path,
  ): void => {
    const closest = closestTo(word, known);
    const hint = closest === undefined ? `known: ${known.join(", ") || "none"}` : `did you mean "${closest}"?`;
    complaints.push({
      path: position,
      key,
      expected: `the name of a ${key.replace(/s$/, "")}`,
      got: `"${word.slice(0, 60)}"`,
      hint,
    });
  };
  const target = targets.get(text.target);
  if (target === undefined) unknown("target", text.target, [...targets.keys()]);
  const scenario = scenarioSpec(text.scenario, whole, context.scenarios);
  if (scenario === undefined)
    unknown("scenario", text.scenario, [...context.scenarios, ...Object.keys(whole.scenarios)]);
  const cadence = cadenceOf(text);
  if (cadence === undefined) {
    complaints.push({
      path,
      expected: "either every or cron",
      got: text.every === undefined ? "neither" : "both",
      hint: 'write every: 5m, or cron: "0 3 * * *" with tz',
    });
  } else if (cadence.kind === "every" && cadence.everyMs < 1000) {
    complaints.push({
      path,
      key: "every",
      expected: "at least 1s",
      got: text.every ?? "",
      hint: "the queue keeps no finer time",
    });
  }
  const receivers = text.receivers ?? Object.keys(whole.receivers);
  for (const name of receivers)
    if (whole.receivers[name] === undefined) unknown("receivers", name, Object.keys(whole.receivers));
  const [bad = 2, of = 3] = whole.incidents.fire.split(" of ").map(Number);
  if (bad < 1 || bad > of || of > 100) {
    complaints.push({
      path: ["incidents"],
      key: "fire",
      expected: "at least 1, and no more than there are slots",
      got: whole.incidents.fire,
      hint: "2 of 3 is a good rule",
    });
  }
  if (target === undefined || scenario === undefined || cadence === undefined) return [];
  return text.locations.map((location) => ({
    id: `${text.name}@${location}`,
    name: text.name,
    target,
    scenario,
    location,
    cadence,
    nonce: text.nonce,
    judge: {
      learnRuns: whole.judge.learnRuns,
      latencyFloorRatio: whole.judge.latencyFloorRatio,
      maxLoopDelayMs: durationMs(whole.judge.maxLoopDelay),
      drift: driftPolicy(whole),
    },
    incident: {
      fire: { bad, of },
      resolveAfter: whole.incidents.resolveAfter,
      remindMs: durationMs(whole.incidents.remind),
      reopenWithinMs: durationMs(whole.incidents.reopenWithin),
    },
    tier: text.tier ?? whole.targets[text.target]?.tier ?? "ticket",
    alerting,
    receivers,
  }));
}

function driftPolicy({ judge }: ConfigText): Probe["judge"]["drift"] {
  return {
    falsePageEveryMs: durationMs(judge.falsePageEvery),
    falsePagesOf: judge.falsePagesOf,
    samples: judge.warmUp.samples,
    pageAfterMs: durationMs(judge.warmUp.page),
    fullAfterMs: durationMs(judge.warmUp.full),
  };
}

function cadenceOf({ every, cron, tz }: ConfigText["probes"][number]): Cadence | undefined {
  if (every !== undefined) return cron === undefined ? { kind: "every", everyMs: durationMs(every) } : undefined;
  return cron === undefined ? undefined : { kind: "cron", pattern: cron, tz };
}
