import type { LinkTemplate } from "../../probe/receiver.ts";
import { fillText, pathsIn, solePath, type TemplateValue } from "../../probe/template.ts";
import { isJsonObject, type Json } from "../../std/json.ts";
import type { Alert } from "./alert.ts";

/** A link, made for one alert. */
export interface Link {
  readonly text: string;
  readonly href: string;
}

/** Longest address that every receiver takes. */
const maxHref = 2000;

/** An alert, or one whose severity has the word of a receiver. */
export type Filling = Omit<Alert, "severity"> & { readonly severity: string };

/** All links of one alert: first its incident, then those to further information, then those to actions. */
export function linksFor(alert: Alert, templates: readonly LinkTemplate[] = []): Link[] {
  const page = alert.page === undefined ? [] : [{ text: "Open the incident", href: alert.page }];
  return [
    ...page,
    ...readingLinks(alert, templates),
    ...(alert.controls ?? []).map(({ text, url }) => ({ text, href: url })),
  ];
}

/**
 * The links of one alert that templates make. Parts of an alert can only become parts of a path or query, never another
 * host; a link that needs a part which this alert lacks, such as a trace, is left out.
 */
export function readingLinks(alert: Alert, templates: readonly LinkTemplate[] = []): Link[] {
  // They lead to one incident's runs, traces and runbook.
  if (alert.event === "digest") return [];
  return templates.flatMap(({ text, url }) => {
    const values = pathsIn(url).map((path) => textOf(valueAt(alert, path)));
    const href = fillText(url, (path) => encodeURIComponent(textOf(valueAt(alert, path)).toWellFormed()));
    if (values.includes("") || !URL.canParse(href)) return [];
    const whole = new URL(href).href;
    return whole.length > maxHref ? [] : [{ text, href: whole }];
  });
}

/** A text that is one placeholder becomes what is there, of whatever type; in longer texts it becomes text. */
export function fillTemplate(template: TemplateValue, alert: Filling): Json {
  if (typeof template === "string") {
    const path = solePath(template);
    return path === undefined ? fillText(template, (one) => textOf(valueAt(alert, one))) : valueAt(alert, path);
  }
  if (typeof template !== "object" || template === null) return template;
  if (isList(template)) return template.map((part) => fillTemplate(part, alert));
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, fillTemplate(part, alert)]));
}

/** `Array.isArray` does not know lists that can't be changed. */
function isList(template: object): template is readonly TemplateValue[] {
  return Array.isArray(template);
}

/** What an alert has at a path such as `changes.0.after` or `evidence.last.traceId`; null where it has nothing. */
function valueAt(alert: Filling, path: string): Json {
  const plain = JSON.parse(JSON.stringify(alert)) as Json;
  return path.split(".").reduce<Json>((value, step) => {
    if (Array.isArray(value)) return value.at(step === "last" ? -1 : Number(step)) ?? null;
    return isJsonObject(value) && Object.hasOwn(value, step) ? (value[step] ?? null) : null;
  }, plain);
}

function textOf(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
