import type { Alerting } from "../probe/alerting.ts";
import type { Probe, ScenarioSpec } from "../probe/probe.ts";
import type { Target } from "../probe/target.ts";
import type { Config, StatusPage } from "./config.ts";
import { type Check, type Complaint, type LoadContext } from "./complaint.ts";
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
        sameAs: resolveSameAs(name, text, plain),
        audit: resolveAudit(name, text, plain, check),
      },
    ]),
  );
  const receivers = resolveReceivers(text, context, complaints);
  const alerting = resolveAlerting(text, complaints);
  for (const { name, token } of api.tokens) requireToken("apiToken", token, ["api", "tokens", name], check);
  if (api.openId !== undefined) requireSecret("openId", api.openId.clientSecret, ["api", "openId"], check);
  if (api.links !== undefined) requireToken("linkKey", api.links.key, ["api", "linkKey"], check);
  if (typeof heartbeat?.url === "object") requireSecret("heartbeat", heartbeat.url, ["heartbeat", "url"], check);
  const fleet = { targets, alerting, receivers: Object.keys(text.receivers) };
  const probes = text.probes.flatMap((given) => resolveProbe(given, text, fleet, context));
  const statusPages = resolveStatusPages(text);
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
    openId: api.openId,
    actionLinks: api.links,
    statusPages,
    statusListen: text.statusListen,
    heartbeat,
  };
  return { config };
}

function resolveSameAs(name: string, { targets }: ConfigText, plain: ReadonlyMap<string, Target>): Target | undefined {
  const reference = targets.get(name)?.sameAs;
  return reference === undefined ? undefined : plain.get(reference);
}

function resolveStatusPages({ statusPages }: ConfigText): StatusPage[] {
  return Object.entries(statusPages).map(([name, { title, targets: named }]) => {
    const shown = Object.entries(named).map(([target, publicName]) => ({ target, publicName }));
    return { name, title, targets: shown };
  });
}

interface Fleet {
  readonly targets: ReadonlyMap<string, Target>;
  readonly alerting: Alerting;
  /** Names of all receivers. */
  readonly receivers: readonly string[];
}

/** One probe for each location; none if its target or scenario is unknown. */
function resolveProbe(
  given: ConfigText["probes"][number],
  text: ConfigText,
  fleet: Fleet,
  context: LoadContext,
): Probe[] {
  const { name, locations, nonce, cadence, receivers = fleet.receivers } = given;
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
