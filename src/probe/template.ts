/** JSON whose texts may name parts of an alert: `{ "text": "{{summary}}" }`. Only texts are filled in, so it stays JSON. */
export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

/** What an alert is made of, as far as a template may name it; the members of lists come after a number or `last`. */
export const alertParts = {
  single: [
    "version",
    "incidentId",
    "fingerprint",
    "sequence",
    "event",
    "status",
    "reason",
    "at",
    "kind",
    "severity",
    "summary",
    "moreChanges",
    "target",
    "model",
    "scenario",
    "location",
    "probe",
    "firstBadSlot",
    "lastGoodSlot",
    "badRuns",
    "judgedRuns",
    "baselineVersion",
    "reach",
    "likelyCause",
    "nextStep",
  ],
  lists: {
    changes: ["what", "before", "after"],
    evidence: ["runId", "traceId", "requestId", "status"],
    controls: ["act", "text", "url", "expiresAt"],
  },
} as const;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The paths a text names, known or not: `{{summary}}`, `{{ changes.0.after }}`. */
export function pathsIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, path = ""]) => path);
}

/** Every path in every text of a template; keys are no texts. */
export function pathsOf(template: TemplateValue): string[] {
  if (typeof template === "string") return pathsIn(template);
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap((part: TemplateValue) => pathsOf(part));
}

/** Can an alert have something there? */
export function isAlertPath(path: string): boolean {
  const [head = "", index, member, ...rest] = path.split(".");
  if ((alertParts.single as readonly string[]).includes(head)) return index === undefined;
  const members: readonly string[] | undefined = Object.entries(alertParts.lists).find(([name]) => name === head)?.[1];
  if (members === undefined || rest.length > 0) return false;
  if (index === undefined) return true;
  return /^(\d|last)$/.test(index) && (member === undefined || members.includes(member));
}

/** Fills a text; `value` gives what is to stand for a path. */
export function fillText(text: string, value: (path: string) => string): string {
  return text.replace(placeholder, (_whole, path: string) => value(path));
}

/** The path of a text that is nothing but one placeholder. */
export function solePath(text: string): string | undefined {
  const [path, ...others] = pathsIn(text);
  return others.length === 0 && path !== undefined && fillText(text, () => "") === "" ? path : undefined;
}
