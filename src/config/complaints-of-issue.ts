import type { z } from "zod";
import { shown, type Complaint } from "./complaint.ts";
import { describeValue } from "./describe-value.ts";
import { ownMember } from "./own-member.ts";
import { looksSecret } from "../probe/looks-secret.ts";

type Issue = z.core.$ZodIssue;
type KnownKeys = (unknown: readonly string[]) => readonly string[];

/** The schema's issues in words: one complaint for each unknown key, otherwise one for each issue. */
export function complaintsOf(issues: readonly Issue[], root: unknown, knownKeys: KnownKeys): Complaint[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? unknownKeys(issue, knownKeys) : complaintOf(issue, root),
  );
}

function unknownKeys({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, knownKeys: KnownKeys): Complaint[] {
  const known = knownKeys(keys);
  return keys.map((word) => ({
    path,
    key: word,
    expected: "a known key",
    got: looksSecret(word) ? "an unknown one" : shown(word),
    ...(known.length === 0 ? { hint: "remove it" } : { misspelt: { word, known } }),
  }));
}

function complaintOf(issue: Issue, root: unknown): Complaint {
  const { path } = issue;
  const value = path.reduce<unknown>(ownMember, root);
  const isHidden = isSecretPlace(path) && value !== undefined && typeof value !== "object";
  const params = issue.code === "custom" ? (issue.params ?? {}) : {};
  const { got = isHidden ? "a text (not shown)" : describeValue(value), hint = isHidden ? neverHere : undefined } =
    params as {
      readonly got?: string;
      readonly hint?: string;
    };
  const misspelt =
    issue.code === "invalid_value" && typeof value === "string"
      ? { word: value, known: issue.values.map(String) }
      : undefined;
  const needs = value === undefined ? "value" : "another value";
  return { path, expected: expectation(issue), got, hint, misspelt, needs };
}

/** What the schema says in our words, or else what it says in its own. */
function expectation(issue: Issue): string {
  if (!/^(Invalid|Too (small|big)|Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_value":
      return issue.values.map(String).join(" or ");
    case "invalid_type":
      return typeNames.get(issue.expected) ?? issue.expected;
    case "invalid_key":
      return issue.issues.map(({ message }) => message).join(", ") || "another name";
    case "too_small":
      return `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_union":
      return (
        [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation)))].join(", or ") ||
        "another value"
      );
    default:
      return issue.message;
  }
}

const neverHere = "never write a secret here: put it in the environment and write { env: NAME }";

const typeNames: ReadonlyMap<string, string> = new Map([
  ["object", "a map"],
  ["record", "a map"],
  ["array", "a list"],
  ["string", "a text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
]);

const secretKeys = new Set([
  "key",
  "secrets",
  "routingKey",
  "topic",
  "token",
  "password",
  "apiKey",
  "linkKey",
  "revokedKey",
  "headers",
]);

function isSecretPlace(path: readonly PropertyKey[]): boolean {
  const isAddress = path[0] === "receivers" && path.at(-1) === "url";
  return isAddress || path.some((step) => secretKeys.has(String(step)));
}
