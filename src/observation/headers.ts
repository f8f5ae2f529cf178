import { saysLittle } from "./foreign-name.ts";
import { classOf } from "./value-class.ts";

/** Headers that are of use to an operator, and no secret: limits, retries, costs, fallbacks of a gateway. */
const informative = [
  /^retry-after(-ms)?$/,
  /^x-should-retry$/,
  /^x-ratelimit-(limit|remaining|reset)-[a-z-]{1,32}$/,
  /^x-ratelimit-(limit|remaining|reset)$/,
  /^ratelimit(-(policy|limit|remaining|reset))?$/,
  /^x-litellm-(response-cost|attempted-retries|attempted-fallbacks|version)$/,
  /^x-portkey-(last-used-option-index|retry-attempt-count|cache-status)$/,
  /^openai-(version|processing-ms)$/,
  /^server$/,
  /^via$/,
];

const mostHeaders = 24;

/** The informative ones of a reply, values short and of a plain alphabet. */
export function diagnosticHeaders(headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const kept = Object.entries(headers)
    .filter(([name, value]) => informative.some((pattern) => pattern.test(name)) && isPlain(value))
    .slice(0, mostHeaders);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

const reliedUpon = [
  /^retry-after(-ms)?$/,
  /^x-should-retry$/,
  /^x-ratelimit-(limit|remaining|reset)(-[a-z-]{1,32})?$/,
  /^ratelimit(-(policy|limit))?$/,
];

/** Those that clients rely on, by what their values are like. */
export function headerClasses(headers: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const kept = Object.entries(headers)
    .filter(([name]) => reliedUpon.some((pattern) => pattern.test(name)))
    .slice(0, mostHeaders)
    // Whether to try again is a word, the rest are quantities.
    .map(([name, value]) => [name, classOf(value, name === "x-should-retry" ? "status" : "") ?? "empty"]);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function isPlain(value: string): boolean {
  return (
    /^[A-Za-z0-9 .,:;=()/%"+[\]_-]{1,80}$/.test(value) &&
    saysLittle(value) &&
    !/\b(sk|pk|whsec|bearer)[-_ ]/i.test(value)
  );
}
