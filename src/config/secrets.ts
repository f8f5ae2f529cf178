import type { SecretRef } from "../probe/target.ts";
import type { Check, SecretSources } from "./complaint.ts";
import type { Role } from "./roles.ts";

export const secretKinds = [
  "target",
  "baseUrl",
  "receiver",
  "receiverEvents",
  "apiToken",
  "openId",
  "linkKey",
  "heartbeat",
] as const;

export type SecretKind = (typeof secretKinds)[number];

/** Which roles of the service read each kind of secret. The others start without it, and never see it. */
const readers: Readonly<Record<SecretKind, readonly Role[]>> = {
  target: ["worker"],
  // A series is named by what it asks and where, and outages are grouped by host.
  baseUrl: ["scheduler", "worker", "web"],
  receiver: ["notifier"],
  receiverEvents: ["web"],
  apiToken: ["web"],
  openId: ["web"],
  linkKey: ["notifier", "web"],
  heartbeat: ["notifier"],
};

export function isReadBy(kind: SecretKind, roles: readonly Role[]): boolean {
  return roles.some((role) => readers[kind].includes(role));
}

/** The value behind a reference without a final line break; undefined when there is none or it is empty. */
export function readSecret(ref: SecretRef, { env, readFile }: SecretSources): string | undefined {
  if ("file" in ref) return readFile(ref.file)?.replace(/\r?\n$/, "") || undefined;
  return Object.hasOwn(env, ref.env) ? env[ref.env] || undefined : undefined;
}

export function secretName(ref: SecretRef): string {
  return "env" in ref ? `environment variable ${ref.env}` : `file ${ref.file}`;
}

/** Complains when a secret is missing. Returns its value only where secrets of its kind are checked. */
export function requireSecret(
  kind: SecretKind,
  ref: SecretRef,
  path: readonly PropertyKey[],
  { context, complaints }: Check,
): string | undefined {
  if (!isReadBy(kind, context.checkSecrets)) return undefined;
  const value = readSecret(ref, context);
  if (value !== undefined) return value;
  const hint = "env" in ref ? `export ${ref.env}=… before starting` : "write the secret to that file";
  complaints.push({ path, expected: `a value in ${secretName(ref)}`, got: "nothing", hint });
  return undefined;
}

const shortestToken = 20;

/** A short token can be guessed. */
export function requireToken(kind: SecretKind, ref: SecretRef, path: readonly PropertyKey[], check: Check): void {
  const value = requireSecret(kind, ref, path, check);
  if (value === undefined || value.length >= shortestToken) return;
  check.complaints.push({
    path,
    expected: `at least ${shortestToken} characters in ${secretName(ref)}`,
    got: `${value.length}`,
    hint: "generate one: openssl rand -hex 24",
  });
}
