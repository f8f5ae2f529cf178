import { readFileSync } from "node:fs";
import { exitCodes, Refusal } from "../cli/io.ts";
import type { Config } from "../config/config.ts";
import { configuredNames } from "../config/configured-names.ts";
import { isReadBy, readSecret, type SecretKind, secretKinds, secretName } from "../config/secrets.ts";
import type { SecretSources } from "../config/complaint.ts";
import { allRoles, type Role } from "../config/roles.ts";
import type { SecretRef } from "../probe/target.ts";
import { eventSecret, requiredSecrets } from "../receivers/receivers.ts";
import { catalogue, scheduledOnly } from "../scenario/resolve.ts";
import { createRedactor, type Redactor } from "../std/redact.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What is secret in this process: every value that was read, replaced ones as well, and who hides them. */
export interface Secrets {
  /** Hides every value that was read so far. */
  readonly redact: Redactor;
  /** Throws a Refusal for a secret that is not there; the message names where it was to be, not what. */
  read(ref: SecretRef): string;
  /** undefined: it is not there just now. */
  peek(ref: SecretRef): string | undefined;
  /** The value of a reference that is no secret, such as a certificate. */
  plain(ref: SecretRef): string | undefined;
  /** `NO_PROXY` of the environment. */
  readonly noProxy: string;
  /** `HTTPS_PROXY` of the environment; it may hold a password. */
  proxy(): string | undefined;
  /** Reads what the roles of this process need of a configuration; what earlier ones named stays hidden. */
  use(config: Config): void;
  /** Reads again all that was named: a file may have been replaced. */
  look(): void;
}

export function secretSources(env: Env): SecretSources {
  return {
    env,
    readFile(path) {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

/** How receivers are reached from here. */
export function proxyFor({ proxy, noProxy }: Secrets): { readonly url: string; readonly noProxy: string } | undefined {
  const url = proxy();
  return url === undefined ? undefined : { url, noProxy };
}

/** Of a secret that is replaced again and again, so many of its values stay hidden: the newest. */
const keptValues = 16;

/** `also`: secrets that no configuration names, such as those in the URLs of the stores. */
export function keepSecrets(env: Env, also: readonly string[] = [], roles: readonly Role[] = allRoles): Secrets {
  const sources = secretSources(env);
  const named = new Map<string, { readonly ref: SecretRef; values: readonly string[] }>();
  /** Of the newest configuration, and of those before. */
  const names = new Set([...catalogue, ...scheduledOnly].map(({ name }) => name));
  /** Made anew when a text comes to be hidden in after a value was learned. */
  let redactor: Redactor | undefined;

  function peek(ref: SecretRef): string | undefined {
    const value = readSecret(ref, sources);
    const name = secretName(ref);
    const before = named.get(name)?.values ?? [];
    const isKnown = value === undefined || before.at(-1) === value;
    const values = isKnown ? before : [...before.filter((it) => it !== value), value].slice(-keptValues);
    named.set(name, { ref, values });
    if (!isKnown) redactor = undefined;
    return value;
  }

  const known = (): string[] => [...also, ...[...named.values()].flatMap(({ values }) => values.flatMap(spelt))];

  return {
    redact: (text) => (redactor ??= createRedactor(known(), [...names]))(text),
    peek,
    plain: (ref) => readSecret(ref, sources),
    noProxy: env["NO_PROXY"] ?? env["no_proxy"] ?? "",
    proxy: () => peek({ env: "HTTPS_PROXY" }) ?? peek({ env: "https_proxy" }),
    read(ref) {
      const value = peek(ref);
      if (value === undefined) throw new Refusal(`nothing in ${secretName(ref)}`, exitCodes.usage);
      return value;
    },
    use(config) {
      for (const name of configuredNames(config)) names.add(name);
      redactor = undefined;
      for (const ref of refsIn(config, roles)) peek(ref);
    },
    look() {
      for (const { ref } of named.values()) if ("file" in ref) peek(ref);
    },
  };
}

/** Receivers are sent a value without the whitespace around it; a signing key is what stands behind its prefix. */
function spelt(value: string): string[] {
  const sent = value.trim();
  return [value, sent, sent.replace(/^whs(?:ec|k)_/, "")];
}

function refsIn(
  { targets, receivers, apiTokens, openId, actionLinks, heartbeat }: Config,
  roles: readonly Role[],
): SecretRef[] {
  const refs: Record<SecretKind, readonly (SecretRef | undefined)[]> = {
    target: targets.flatMap(({ key, secretHeaders, audit, policy: { proxy, tls } }) => [
      key,
      typeof proxy === "object" ? proxy : undefined,
      tls?.key,
      ...Object.values(secretHeaders ?? {}),
      audit?.revokedKey,
      audit?.billing?.key,
    ]),
    baseUrl: targets.map(({ baseUrlRef }) => baseUrlRef),
    receiver: receivers.flatMap((receiver) => requiredSecrets(receiver).map(({ ref }) => ref)),
    receiverEvents: receivers.map(eventSecret),
    apiToken: apiTokens.map(({ token }) => token),
    openId: [openId?.clientSecret],
    linkKey: [actionLinks?.key],
    heartbeat: [typeof heartbeat?.url === "object" ? heartbeat.url : undefined],
  };
  return secretKinds
    .filter((kind) => isReadBy(kind, roles))
    .flatMap((kind) => refs[kind])
    .filter((ref) => ref !== undefined);
}
