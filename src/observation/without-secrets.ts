import type { Json } from "../std/json.ts";
import type { Redactor } from "../std/redact.ts";

/**
 * The same facts without what the redactor knows or takes for a secret, in values and in names of members alike: a
 * provider may echo a key as a request id, a model or the name of a field. Facts that hold none, which is nearly all,
 * cost one look at their JSON.
 */
export function withoutSecrets<Facts extends object>(facts: Facts, redact: Redactor): Facts {
  const json = JSON.stringify(facts);
  return redact(json) === json ? facts : (clean(JSON.parse(json) as Json, redact) as Facts);
}

function clean(value: Json, redact: Redactor): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, redact));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), clean(member, redact)]));
}
