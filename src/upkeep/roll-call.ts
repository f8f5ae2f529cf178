import type { Incident } from "../incident/incident.ts";
import { dayMs } from "../std/duration.ts";

/** Roles of this installation that some process holds, or held within the last day. */
export interface RoleLease {
  /** `notifier`, or `worker/eu` for a worker at the location `eu`. */
  readonly role: string;
  /** When the newest lease of this role ends; in the past when nobody holds the role. */
  readonly untilMs: number;
}

/** What the store knows of the whole monitor, whatever this process does. */
export interface Vitals {
  readonly roles: readonly RoleLease[];
  /** When the oldest alert became due that is neither delivered nor being attempted; undefined when there is none. */
  readonly oldestDueMs: number | undefined;
  /** Open incidents about the monitor itself. */
  readonly incidents: readonly Incident[];
}

export interface RollCallStore {
  holdLease(name: string, holder: string, ttlMs: number, nowMs: number): Promise<boolean>;
  /** One cheap query for each part: its cost does not grow with the number of probes. Roles seen since `sinceMs`. */
  vitals(nowMs: number, sinceMs: number): Promise<Vitals>;
}

export interface RollCallWorld {
  readonly store: RollCallStore;
  /** Names this process. */
  readonly holder: string;
  /** What this process does, in the form of `RoleLease.role`. */
  readonly roles: readonly string[];
  /** Locations of the configuration: nobody has to work at another one. */
  readonly locations: ReadonlySet<string>;
  readonly leaseMs: number;
}

export interface RollCall {
  /** Why the monitor as a whole does not do its work; empty = it does. */
  readonly reasons: readonly string[];
  /** Trouble of the monitor itself that is no reason to take it out of service, such as an unreachable receiver. */
  readonly warnings: readonly string[];
  readonly roles: readonly { readonly role: string; readonly isHeld: boolean }[];
  readonly oldestDueAgeMs: number;
}

/** An alert that is due for longer than this is late, whatever the reason. */
const longestDueMs = 60_000;

/** Renews the leases of this process, then looks at those of all. A lease just ends when its process does. */
export async function callRoll(world: RollCallWorld, nowMs: number): Promise<RollCall> {
  const { store, holder, leaseMs } = world;
  for (const role of world.roles) await store.holdLease(`role/${role}/${holder}`, holder, leaseMs, nowMs);
  const { roles, oldestDueMs, incidents } = await store.vitals(nowMs, nowMs - dayMs);
  const needed = roles.filter(({ role }) => isNeeded(role, world.locations));
  const oldestDueAgeMs = Math.max(0, nowMs - (oldestDueMs ?? nowMs));
  return {
    reasons: [
      ...needed.flatMap(({ role, untilMs }) => (untilMs > nowMs ? [] : [absence(role, nowMs - untilMs)])),
      ...(oldestDueAgeMs > longestDueMs ? [`an alert is due for ${seconds(oldestDueAgeMs)} and not delivered`] : []),
    ],
    warnings: incidents
      // Too many alerts for one receiver is trouble of others.
      .filter(({ group }) => group?.reason !== "rate-limited")
      .map(({ label, findings }) => `${label}: ${findings[0]?.observed ?? "in trouble"}`),
    roles: needed.map(({ role, untilMs }) => ({ role, isHeld: untilMs > nowMs })),
    oldestDueAgeMs,
  };
}

const consequences: Readonly<Record<string, string>> = {
  scheduler: "schedules are not repaired, and missed runs are not recorded",
  worker: "its probes do not run",
  notifier: "alerts are not delivered",
  web: "the API does not answer",
};

function absence(lease: string, sinceMs: number): string {
  const [role = lease, location] = lease.split("/");
  const name = location === undefined ? role : `${role} at ${location}`;
  return `no process has been ${name} for ${seconds(sinceMs)}: ${consequences[role] ?? "its work is not done"}`;
}

function isNeeded(lease: string, locations: ReadonlySet<string>): boolean {
  const [, location] = lease.split("/");
  return location === undefined || locations.has(location);
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
