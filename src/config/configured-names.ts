import type { Config } from "./config.ts";

/** What the configuration itself calls something: these words are no secrets, whatever they look like. */
export function configuredNames({
  targets,
  probes,
  receivers,
}: Pick<Config, "targets" | "probes" | "receivers">): string[] {
  return [
    ...targets.flatMap(({ name, model, provider }) => [name, model, provider]),
    ...probes.flatMap(({ name, location, scenario }) => [name, location, scenario.name]),
    ...receivers.map(({ name }) => name),
  ];
}
