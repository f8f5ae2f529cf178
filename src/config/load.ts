import type { z } from "zod";
import { complaintsOf } from "./complaints-of-issue.ts";
import { didYouMean, plainText, type Complaint, type LoadContext } from "./complaint.ts";
import type { Config, Problem } from "./config.ts";
import { configuredNames } from "./configured-names.ts";
import { exampleAt } from "./example-of.ts";
import { pathText, positionOf } from "./locate.ts";
import { readYaml, type YamlText } from "./read-yaml.ts";
import { requireReferences } from "./require-references.ts";
import { resolveConfig } from "./resolve.ts";
import { configSchema, targetsSchema } from "./schema.ts";
import { withoutFaultyEntries } from "./without-faulty-entries.ts";
import { ownMember } from "./own-member.ts";
import { looksLikeKey } from "../std/redact.ts";

/** `notices`: what still works, but should be written differently. */
export type Loaded =
  | { readonly config: Config; readonly notices: readonly string[] }
  | { readonly problems: readonly Problem[] };

/** More problems than this are only counted. */
const mostProblems = 100;

/** Text to configuration, or to everything that is wrong with it. Never throws for what the text says. */
export function loadConfig(source: { readonly file: string; readonly text: string }, context: LoadContext): Loaded {
  const { file } = source;
  const yaml = readYaml(source.text);
  if ("mistakes" in yaml) return { problems: bounded(yaml.mistakes, file, (mistake) => ({ file, ...mistake })) };
  const { parsed, known } = parsedBy(context.needsNoProbes === true ? targetsSchema : configSchema, yaml.value);
  const references = requireReferences(yaml.value, context.scenarios, parsed.success);
  const result = parsed.success
    ? resolveConfig(parsed.data, context)
    : {
        complaints: [
          ...complaintsOf(parsed.error.issues, yaml.value, (keys) => known.get(keys) ?? []),
          ...complaintsAboutTheRest(yaml.value, parsed.error.issues, context),
        ],
      };
  if ("config" in result && references.length === 0) {
    return { ...result, notices: [...noticesOf(yaml.value), ...keyLikeNames(result.config)] };
  }
  const complaints = "config" in result ? references : [...result.complaints, ...references];
  return { problems: bounded(complaints, file, (complaint) => problemOf(complaint, file, yaml)) };
}

/** Apart, as zod holds the function of its last call: where it was written there must be nothing large. */
function parsedBy<Schema extends z.ZodType>(schema: Schema, value: unknown) {
  const known = new WeakMap<readonly string[], readonly string[]>();
  const parsed = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") known.set(issue.keys, keysOf(issue.inst));
      return undefined;
    },
  });
  return { parsed, known };
}

/** What does not fit together among the entries that are valid by themselves. */
function complaintsAboutTheRest(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  context: LoadContext,
): readonly Complaint[] {
  const rest = withoutFaultyEntries(value, issues);
  const parsed = configSchema.safeParse(rest?.value);
  if (rest === undefined || !parsed.success) return [];
  const result = resolveConfig(parsed.data, context);
  return "config" in result ? [] : result.complaints.map(({ path, ...more }) => ({ path: rest.pathIn(path), ...more }));
}

function keysOf(schema: unknown): readonly string[] {
  const { def } = schema as { readonly def?: { readonly shape?: Readonly<Record<string, unknown>> } };
  return Object.keys(def?.shape ?? {});
}

/** Names from the file stand in every part of a problem, so none goes to a terminal as it was written. */
function problemOf(complaint: Complaint, file: string, yaml: YamlText): Problem {
  const { path, key, expected, got } = complaint;
  const hint = hintFor(complaint);
  return {
    file,
    ...positionOf(yaml, path, key),
    path: plainText(pathText(key === undefined ? path : [...path, key])),
    expected: plainText(expected),
    got: plainText(got),
    hint: hint === undefined ? undefined : plainText(hint),
  };
}

function hintFor({ hint, misspelt, needs, path }: Complaint): string | undefined {
  if (misspelt !== undefined) return didYouMean(misspelt.word, misspelt.known);
  if (hint !== undefined || needs === undefined) return hint;
  const example = exampleAt(path);
  if (needs === "another value") return example === undefined ? "change this value" : `for example ${example}`;
  return `add "${String(path.at(-1) ?? "")}"${example === undefined ? "" : `, for example ${example}`}`;
}

function bounded<T>(mistakes: readonly T[], file: string, problem: (mistake: T) => Problem): readonly Problem[] {
  const first = mistakes
    .slice(0, mostProblems)
    .map(problem)
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const more = mistakes.length - first.length;
  if (more === 0) return first;
  return [...first, { file, path: "", expected: "fewer problems", got: `${more} more`, hint: "correct these first" }];
}

function noticesOf(value: unknown): readonly string[] {
  const tokens = ownMember(ownMember(value, "api"), "tokens");
  return Object.entries(tokens ?? {})
    .filter(([, token]) => ownMember(token, "scope") === "act")
    .map(([name]) => `api.tokens.${name}: the scope "act" is now called "write"; please rename it`);
}

/** Logs show names as they are, so a key must not be among them. */
function keyLikeNames(config: Config): readonly string[] {
  return [...new Set(configuredNames(config))]
    .filter((name) => looksLikeKey(name))
    .map(
      (name) =>
        `the name "${name.slice(0, 6)}…" looks like an API key; if it is one, replace it: logs and alerts show names`,
    );
}
