import { randomBytes, randomUUID } from "node:crypto";
import { alertJsonSchema } from "../notify/compose/alert-schema.ts";
import type { Config } from "../config/config.ts";
import { createOperations, type Operations } from "../operate/operations.ts";
import { readPublicStatus } from "../operate/public-status.ts";
import { createSessions } from "../operate/sessions.ts";
import { systemClock } from "../std/clock.ts";
import { loopbackHosts } from "../std/loopback.ts";
import type { SlotQueue } from "../schedule/queue.ts";
import type { Store } from "../store/store.ts";
import { type AccessToken, createGate, type Gate } from "../web/access.ts";
import { createClientAddress } from "../web/client-address.ts";
import { callbackPath } from "../web/open-id.ts";
import { createProxyUser } from "../web/proxy-user.ts";
import type { ApiWorld, WebSources } from "../web/serve.ts";
import { actionLinksOf, openActs } from "./action-links.ts";
import type { Secrets } from "./secrets.ts";
import { openIdentityProvider } from "./open-id.ts";
import { serviceEventsOf } from "./service-events.ts";

export interface PagesOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly listenHost: string;
  readonly store: Store;
  readonly slots: SlotQueue;
  readonly nudge: () => void;
  /** What the monitor itself lacks, in words. */
  readonly troubles: () => readonly string[];
}

/** What a process without the web role serves beside its health: nothing. */
export function openNoPages({ listenHost, config }: Pick<PagesOptions, "listenHost" | "config">): { api: ApiWorld } {
  return { api: { operations: undefined, gate: gateFor([], listenHost, config) } };
}

/** What the web role serves beside its health. */
export function openPages(
  options: PagesOptions,
): Pick<WebSources, "api" | "acts" | "alertSchema" | "pages" | "publicStatus" | "serviceEvents"> {
  const { config, secrets, store } = options;
  const api = openApi(options);
  const links = actionLinksOf(config, secrets);
  const acts = links === undefined ? undefined : openActs(links, api.operations, store);
  const pages = {
    sessions: createSessions({
      store,
      clock: systemClock,
      freshSecret: () => randomBytes(32).toString("base64url"),
      people: tokensOf(options),
      named: config.openId && { ...config.openId, provider: `${config.openId.issuer} ${config.openId.clientId}` },
    }),
    identityProvider: identityProviderOf(options),
    nowMs: () => systemClock.nowMs(),
    isSecure: config.actionLinks?.publicUrl.startsWith("https:") === true,
    troubles: options.troubles,
    targets: config.targets.map(({ name }) => name),
  };
  const publicStatus = publicStatusOf(config, store, api.operations);
  const serviceEvents = serviceEventsOf(config.receivers, secrets, store.installation);
  return { api, acts, pages, publicStatus, serviceEvents, alertSchema: alertJsonSchema() };
}

function publicStatusOf({ statusPages = [], probes }: Config, store: Store, { maintenance }: Operations) {
  if (statusPages.length === 0) return undefined;
  const world = { store, clock: systemClock, probes, maintenance };
  return {
    names: statusPages.map(({ name }) => name),
    async read(name: string) {
      const page = statusPages.find((one) => one.name === name);
      return page && readPublicStatus(world, page);
    },
    nowMs: () => systemClock.monotonicMs(),
  };
}

/** The API over this store, for the tokens of the configuration. */
function openApi({ config, secrets, listenHost, store, slots, nudge }: PagesOptions) {
  const probes = new Map(config.probes.map((probe) => [probe.id, probe]));
  const everybody = config.receivers.map(({ name }) => name);
  return {
    publicUrl: config.actionLinks?.publicUrl,
    gate: gateFor(tokensOf({ config, secrets }), listenHost, config),
    operations: createOperations({
      store,
      clock: systemClock,
      freshId: (kind) => `${kind}_${randomUUID()}`,
      probes: config.probes,
      async enqueue({ id, location }, slotMs) {
        await store.askFor(id, slotMs);
        await slots.add({ probeId: id, slotMs }, location);
      },
      // Nobody knows any more who was notified of a probe that is gone.
      receiversOf: (probeId) => probes.get(probeId)?.receivers ?? everybody,
      tzOf: (receiver) => config.receivers.find(({ name }) => name === receiver)?.tz,
      nudge,
    }),
  };
}

function identityProviderOf({ config: { openId, actionLinks }, secrets }: PagesOptions) {
  if (openId === undefined || actionLinks === undefined) return undefined;
  const callback = `${actionLinks.publicUrl}${callbackPath}`;
  return openIdentityProvider(
    openId,
    callback,
    (ref) => secrets.read(ref),
    () => systemClock.monotonicMs(),
  );
}

function tokensOf({ config, secrets }: Pick<PagesOptions, "config" | "secrets">): readonly AccessToken[] {
  return config.apiTokens.map(({ name, scope, token }) => ({ name, scope, token: secrets.read(token) }));
}

function gateFor(
  tokens: readonly AccessToken[],
  listenHost: string,
  { trustedProxies, trustedProxy, openId }: Config,
): Gate {
  return createGate(
    tokens,
    // A proxy on this machine may stand before it: whoever signs in elsewhere is not trusted because of the address.
    loopbackHosts.has(listenHost) && openId === undefined,
    () => systemClock.monotonicMs(),
    createClientAddress(trustedProxies),
    trustedProxy && createProxyUser(trustedProxy, trustedProxies),
  );
}
