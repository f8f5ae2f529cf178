import type { Json } from "../std/json.ts";
import type { Redactor } from "../std/redact.ts";

/**
 * The same facts without what the redactor knows or takes for a secret, in values and in names of members alike: a
 * provider may echo a key as a request id, a model or the name of a field. Facts that hold none, which is nearly all,
 * cost a look at the JSON of each member: the redactor remembers those that come again with every reply.
 */
export function withoutSecrets<Facts extends object>(facts: Facts, redact: Redactor): Facts {
  const isClean = Object.entries(facts).every(([name, value]) => {
    const json = JSON.stringify([name, value]);
    return redact(json) === json;
  });
  return isClean ? facts : (clean(JSON.parse(JSON.stringify(facts)) as Json, redact) as Facts);
}

function clean(value: Json, redact: Redactor): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => clean(item, redact));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), clean(member, redact)]));
}
