import type { Difference } from "./severity.ts";
import type { ContractPolicy, DeclaredContract, DeclaredPath, DeclaredPaths } from "../../probe/contract-policy.ts";
import type { Observation } from "../../observation/observation.ts";
import type { Aspect } from "../../baseline/baseline.ts";
import { isMemberOf } from "./differences.ts";
import type { Known, Seen } from "./known.ts";
import { openaiContract } from "./openai-contract.ts";

/** The part of a written contract that replies of one series come under; `before`: what stands before its paths. */
export interface Declared {
  readonly contract: string;
  readonly paths: DeclaredPaths;
  readonly isOfChunks: boolean;
}

export function declaredFor(
  policy: ContractPolicy | undefined,
  aspect: Aspect,
  mode: Observation["mode"],
): Declared | undefined {
  const { declared } = policy ?? {};
  if (declared === undefined) return undefined;
  const whole: DeclaredContract = declared === "openai" ? openaiContract : declared;
  const isOfChunks = aspect === "contract" && mode === "stream";
  const paths = aspect === "error-shape" ? whole.error : isOfChunks ? whole.chunk : whole.reply;
  return paths === undefined ? undefined : { contract: `${whole.name} ${whole.version}`, paths, isOfChunks };
}

/**
 * What a reply breaks of the written contract, as did all replies before it. Where others kept to it, that this one does
 * not is judged by what was learned.
 */
export function breachesOf(declared: Declared, known: Known, seen: Seen): Difference[] {
  return allBreachesOf(declared, seen).filter(
    ({ subject }) => !known.agreed.includes(subject) && !hasHeld(declared, known, subject),
  );
}

function hasHeld({ paths }: Declared, known: Known, subject: string): boolean {
  const declared = paths[subject.slice(subject.indexOf("$"))];
  const before = known.paths[subject];
  if (before === undefined || declared === undefined) return false;
  const words = Object.keys(before.classes).filter((like) => like.startsWith('"'));
  return (
    Object.keys(before.kinds).some((kind) => kind !== "absent" && isAllowed(kind, declared)) &&
    (words.length === 0 || words.some((like) => isWord(like.slice(1, -1), declared)))
  );
}

function allBreachesOf({ contract, paths, isOfChunks }: Declared, seen: Seen): Difference[] {
  const prefixes = isOfChunks ? chunkPrefixes(Object.keys(seen.paths)) : [""];
  return prefixes.flatMap((prefix) =>
    Object.entries(paths).flatMap(([path, declared]): Difference[] => {
      const subject = `${prefix}${path}`;
      const now = seen.paths[subject];
      const said = `${expectedOf(declared)} by ${contract}`;
      const difference = { subject, expected: said, chances: 0, sightings: 0 } as const;
      if (now === undefined) {
        const isMissing =
          declared.presence === "always" &&
          !path.includes("*") &&
          isMemberOf(subject, (parent) => seen.paths[parent]?.kinds.includes("object") === true);
        return isMissing ? [{ ...difference, kind: "breach", observed: "absent" }] : [];
      }
      const unknown = now.kinds.filter((kind) => !isAllowed(kind, declared));
      if (unknown.length > 0) return [{ ...difference, kind: "breach", observed: now.kinds.join(" or ") }];
      const word = now.classes.find((like) => like.startsWith('"') && !isWord(like.slice(1, -1), declared));
      return word === undefined ? [] : [{ ...difference, kind: "undeclared-value", observed: word }];
    }),
  );
}

function chunkPrefixes(paths: readonly string[]): string[] {
  const prefixes = paths.flatMap((path) => /^([a-z]+:)\$$/.exec(path)?.[1] ?? []);
  return prefixes.filter((prefix) => prefix !== "error:");
}

function expectedOf({ kinds, values }: DeclaredPath): string {
  return values?.join(" or ") ?? (kinds.join(" or ") || "something");
}

function isAllowed(kind: string, { kinds, presence }: DeclaredPath): boolean {
  if (kind === "absent") return presence !== "always";
  if (kinds.length === 0 || kinds.some((one) => one === kind)) return true;
  return kind === "integer" && kinds.includes("number");
}

function isWord(word: string, { values }: DeclaredPath): boolean {
  return values === undefined || values.includes(word);
}

/** What is written and never came, and what comes and is not written, each at its outermost. */
export function compareDeclared({ contract, paths, isOfChunks }: Declared, known: Known): Difference[] {
  // What some chunks have not, others have.
  if (isOfChunks) return [];
  const missing = Object.entries(paths).flatMap(([path, { presence }]): Difference[] => {
    if (presence === "deprecated" || path.includes("*") || known.paths[path] !== undefined) return [];
    if (!isMemberOf(path, (parent) => known.paths[parent]?.kinds["object"] !== undefined)) return [];
    const expected = `documented by ${contract}`;
    return [
      { kind: "never-returned", subject: path, expected, observed: "never returned", chances: known.n, sightings: 0 },
    ];
  });
  const unwritten = Object.entries(known.paths).flatMap(([path, { count }]): Difference[] => {
    if (!path.startsWith("$") || path === "$" || isWritten(path, paths)) return [];
    const parent = path.endsWith("[]") ? path.slice(0, -2) : path.slice(0, path.lastIndexOf("."));
    if (!isWritten(parent, paths)) return [];
    const observed = `returned in ${count} of ${known.n} replies`;
    const expected = `not documented by ${contract}`;
    return [{ kind: "undocumented", subject: path, expected, observed, chances: known.n, sightings: 0 }];
  });
  return [...missing, ...unwritten];
}

function isWritten(path: string, paths: DeclaredPaths): boolean {
  if (path === "$" || paths[path] !== undefined || paths[`${path.slice(0, path.lastIndexOf("."))}.*`] !== undefined) {
    return true;
  }
  return Object.keys(paths).some((one) => one.endsWith("**") && path.startsWith(one.slice(0, -2)));
}
