import type { Incident } from "./incident.ts";

/** `api.example.com`, or `api.example.com:8443`; of a target without an address its name. */
export function hostOf({ name, baseUrl = "" }: { readonly name: string; readonly baseUrl?: string }): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : name;
}

/** A target, its host, and a location that probes it. */
export interface Place {
  readonly target: string;
  readonly host: string;
  readonly location: string;
}

/** What explains several outages at one location. */
export type CommonCause = {
  readonly location: string;
  /** Those that are down, by name. */
  readonly down: readonly string[];
  /** Of how many. */
  readonly watched: number;
} & (
  | { readonly reason: "provider-is-down"; readonly host: string }
  | { readonly reason: "no-connectivity"; readonly hosts: number }
);

/** No reply at all at the newest slot. A higher error rate is no outage, nor is anything that people muted. */
export function isOutage({ kind, severity, state, goodInARow, group, notifications }: Incident): boolean {
  const isOpen = state === "open" || state === "acknowledged";
  const mutedBy = notifications?.muted?.reason;
  if (mutedBy === "silenced" || mutedBy === "maintenance") return false;
  return isOpen && kind === "availability" && severity === "breaking" && goodInARow === 0 && group === undefined;
}

/**
 * The causes of these outages, widest first. Several targets of one host are its provider's outage. Where at least half
 * of the targets of every host are down, of two hosts or more, it is our own way out.
 */
export function commonCauses(incidents: readonly Incident[], places: readonly Place[]): CommonCause[] {
  const outages = incidents.filter(isOutage);
  return [...Map.groupBy(places, ({ location }) => location)].flatMap(([location, here]) => {
    const down = new Set(outages.filter((it) => it.location === location).map(({ target }) => target));
    const hosts = [...Map.groupBy(here, ({ host }) => host)].map(([host, of]) => {
      const watched = [...new Set(of.map(({ target }) => target))];
      return { host, watched: watched.length, down: watched.filter((target) => down.has(target)).toSorted() };
    });
    const isCutOff = hosts.length > 1 && hosts.every((host) => host.down.length * 2 >= host.watched);
    const sum = hosts.reduce((total, { watched }) => total + watched, 0);
    const all = hosts.flatMap((host) => host.down).toSorted();
    const cutOff = { reason: "no-connectivity", location, down: all, watched: sum, hosts: hosts.length } as const;
    const providers = hosts
      .filter((host) => host.down.length > 1)
      .map((host) => ({ reason: "provider-is-down", location, ...host }) as const);
    return [...(isCutOff ? [cutOff] : []), ...providers];
  });
}
