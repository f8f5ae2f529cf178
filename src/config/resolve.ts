import type { Alerting } from "../probe/alerting.ts";
import type { Probe, ScenarioSpec } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Config, StatusPage } from "./config.ts";
import { requireNames, type Check, type Complaint, type LoadContext } from "./complaint.ts";
import type { ConfigText } from "./schema.ts";
import { resolveAlerting } from "./resolve-alerting.ts";
import { resolveAudit } from "./resolve-audit.ts";
import { resolveReceivers } from "./resolve-receiver.ts";
import { resolveTarget } from "./resolve-target.ts";
import { requireSecret, requireToken } from "./secrets.ts";
import { requireKeyInUse } from "./spend-caps.ts";

/** From parsed values to targets, probes and receivers that fit together, or to what does not fit. */
export function resolveConfig(
  text: ConfigText,
  context: LoadContext,
): { config: Config } | { complaints: readonly Complaint[] } {
  const check: Check = { context, complaints: [] };
  const { complaints } = check;
  const { api, heartbeat } = text;
  const plain = new Map([...text.targets.keys()].map((name) => [name, resolveTarget(name, text, check)]));
  requireKeyInUse(text, complaints);
  const targets = new Map(
    [...plain].map(([name, target]) => [
      name,
      {
        ...target,
        sameAs: resolveSameAs(name, text, plain, complaints),
        audit: resolveAudit(name, text, plain, check),
      },
    ]),
  );
  const receivers = resolveReceivers(text, context, complaints);
  const alerting = resolveAlerting(text, complaints);
  for (const { name, token } of api.tokens) requireToken("apiToken", token, ["api", "tokens", name], check);
  if (api.links !== undefined) requireToken("linkKey", api.links.key, ["api", "linkKey"], check);
  if (typeof heartbeat?.url === "object") requireSecret("heartbeat", heartbeat.url, ["heartbeat", "url"], check);
  requireOwnNames(text, complaints);
  const fleet = { targets, alerting, receivers: Object.keys(text.receivers) };
  const probes = text.probes.flatMap((_, index) => resolveProbe(index, text, fleet, check));
  const statusPages = resolveStatusPages(text, complaints);
  if (complaints.length > 0) return { complaints };
  const config: Config = {
    targets: [...targets.values()],
    probes,
    receivers,
    alerting,
    retentionDays: text.retention,
    listen: text.listen,
    apiTokens: api.tokens,
    trustedProxies: api.trustedProxies,
    trustedProxy: api.trustedProxy,
    actionLinks: api.links,
    statusPages,
    statusListen: text.statusListen,
    heartbeat,
  };
  return { config };
}

function resolveSameAs(
  name: string,
  { targets }: ConfigText,
  plain: ReadonlyMap<string, Target>,
  complaints: Complaint[],
): Target | undefined {
  const reference = targets.get(name)?.sameAs;
  if (reference === undefined) return undefined;
  const others = [...targets.keys()].filter((other) => other !== name);
  const place = { path: ["targets", name], key: "sameAs", expected: "the name of another target" };
  requireNames([reference], others, place, complaints);
  return plain.get(reference);
}

function resolveStatusPages({ statusPages, targets }: ConfigText, complaints: Complaint[]): StatusPage[] {
  return Object.entries(statusPages).map(([name, { title, targets: named }]) => {
    const shown = Object.entries(named).map(([target, publicName]) => ({ target, publicName }));
    const place = { path: ["statusPages", name, "targets"], key: "target", expected: "the name of a target" };
    requireNames(Object.keys(named), [...targets.keys()], place, complaints);
    return { name, title, targets: shown };
  });
}

function requireOwnNames({ probes }: ConfigText, complaints: Complaint[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of probes.entries()) {
    if (seen.has(name))
      complaints.push({
        path: ["probes", index, "name"],
        expected: "a unique name for each probe",
        got: `"${name}" again`,
        hint: "rename one of them",
      });
    seen.add(name);
  }
}

interface Fleet {
  readonly targets: ReadonlyMap<string, Target>;
  readonly alerting: Alerting;
  /** Names of all receivers. */
  readonly receivers: readonly string[];
}

/** One probe for each location; none if its target or scenario is unknown. */
function resolveProbe(index: number, text: ConfigText, fleet: Fleet, { context, complaints }: Check): Probe[] {
  const given = text.probes[index];
  if (given === undefined) return [];
  const known = (key: string, words: readonly string[], names: readonly string[]): void =>
    requireNames(
      words,
      names,
      { path: ["probes", index], key, expected: `the name of a ${key.replace(/s$/, "")}` },
      complaints,
    );
  const { name, locations, nonce, cadence, receivers = fleet.receivers } = given;
  known("target", [given.target], [...fleet.targets.keys()]);
  known("scenario", [given.scenario], [...context.scenarios, ...text.scenarios.keys()]);
  known("receivers", receivers, fleet.receivers);
  const target = fleet.targets.get(given.target);
  const scenario = scenarioSpec(given.scenario, text, context);
  if (target === undefined || scenario === undefined) return [];
  return locations.map((location) => ({
    id: `${name}@${location}`,
    name,
    target,
    scenario,
    location,
    cadence,
    nonce,
    judge: text.judge,
    incident: text.incidents.policy,
    tier: given.tier ?? text.targets.get(given.target)?.tier ?? "ticket",
    alerting: fleet.alerting,
    receivers,
  }));
}

/** A scenario from the configuration, or else a built-in one. */
function scenarioSpec(name: string, { scenarios }: ConfigText, context: LoadContext): ScenarioSpec | undefined {
  const custom = scenarios.get(name);
  if (custom !== undefined) return { kind: "custom", name, ...custom };
  return context.scenarios.includes(name) ? { kind: "built-in", name } : undefined;
}
