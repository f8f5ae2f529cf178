import type { ContractPolicy } from "../../probe/contract-policy.ts";
import type { JsonKind } from "../../std/json.ts";
import type { Expectation } from "../../probe/probe.ts";
import type { Severity } from "../judgement.ts";
import type { Seen } from "./known.ts";
import { type Difference, usualSeverity } from "./severity.ts";

/** A difference and how bad it is for this probe. */
export interface Graded extends Difference {
  readonly severity: Severity;
}

interface Wishes {
  readonly contract?: ContractPolicy | undefined;
  readonly scenario: { readonly expectations: readonly Expectation[] };
}

const nothingSaid: ContractPolicy = { ignore: [], severity: {}, expect: {}, clientReads: [] };

/** What people say of a path comes before the table; what their client reads comes before everything. */
export function applyOverrides(found: readonly Difference[], seen: Seen, { contract, scenario }: Wishes): Graded[] {
  const { ignore, severity, expect, clientReads } = contract ?? nothingSaid;
  const expected = scenario.expectations.flatMap((rule) => (rule.kind === "json" ? [unitedPath(rule.path)] : []));
  return found.flatMap((difference): Graded[] => {
    const path = difference.subject.slice(Math.max(0, difference.subject.indexOf("$")));
    const isRead = [...clientReads, ...expected].some((wanted) => touches(wanted, path));
    const isInformative = difference.kind === "new-field" || difference.kind === "sign";
    if (isRead && !isInformative) return [{ ...difference, severity: "breaking" }];
    if (ignore.some((glob) => matches(glob, path))) return [];
    const kinds = Object.entries(expect).find(([glob]) => matches(glob, path))?.[1];
    if (kinds !== undefined && isAsExpected(kinds, seen.paths[difference.subject]?.kinds)) return [];
    const wished = Object.entries(severity).find(([glob]) => matches(glob, path))?.[1];
    return [{ ...difference, severity: wished ?? usualSeverity(difference).severity }];
  });
}

/** Something above a path that is read takes that path with it. */
function touches(wanted: string, path: string): boolean {
  return matches(wanted, path) || wanted.startsWith(`${path}.`) || wanted.startsWith(`${path}[]`);
}

function isAsExpected(expected: readonly (JsonKind | "absent")[], kinds: readonly string[] | undefined): boolean {
  return (kinds ?? ["absent"]).every((kind) => expected.some((one) => one === kind));
}

/** `$.choices[0].message` as shapes name it: `$.choices[].message`. */
function unitedPath(path: string): string {
  return path.replaceAll(/\[\d*\]/g, "[]");
}

/** `*` stands for one name, `**` for anything; the rest is meant literally. */
function matches(glob: string, path: string): boolean {
  const pattern = unitedPath(glob)
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^.]*" : part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&")))
    .join("");
  return new RegExp(`^${pattern}$`, "u").test(path);
}
