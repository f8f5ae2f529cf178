import { complaintsOf } from "./complaints-of-issue.ts";
import { didYouMean, plainText, type Complaint, type LoadContext } from "./complaint.ts";
import type { Config, Problem } from "./config.ts";
import { configuredNames } from "./configured-names.ts";
import { pathText, positionOf } from "./locate.ts";
import { readYaml, type YamlText } from "./read-yaml.ts";
import { resolveConfig } from "./resolve.ts";
import { configSchema } from "./schema.ts";
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
  const known = new WeakMap<readonly string[], readonly string[]>();
  const parsed = configSchema.safeParse(yaml.value, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") known.set(issue.keys, keysOf(issue.inst));
      return undefined;
    },
  });
  const result = parsed.success
    ? resolveConfig(parsed.data, context)
    : { complaints: complaintsOf(parsed.error.issues, yaml.value, (keys) => known.get(keys) ?? []) };
  if ("config" in result) return { ...result, notices: [...noticesOf(yaml.value), ...keyLikeNames(result.config)] };
  return { problems: bounded(result.complaints, file, (complaint) => problemOf(complaint, file, yaml)) };
}

function keysOf(schema: unknown): readonly string[] {
  const { def } = schema as { readonly def?: { readonly shape?: Readonly<Record<string, unknown>> } };
  return Object.keys(def?.shape ?? {});
}

/** Names from the file stand in every part of a problem, so none goes to a terminal as it was written. */
function problemOf(
  { path, key, misspelt, expected, got, hint: given }: Complaint,
  file: string,
  yaml: YamlText,
): Problem {
  const hint = misspelt === undefined ? given : didYouMean(misspelt.word, misspelt.known);
  return {
    file,
    ...positionOf(yaml, path, key),
    path: plainText(pathText(key === undefined ? path : [...path, key])),
    expected: plainText(expected),
    got: plainText(got),
    hint: hint === undefined ? undefined : plainText(hint),
  };
}

function bounded<T>(mistakes: readonly T[], file: string, problem: (mistake: T) => Problem): readonly Problem[] {
  const first = mistakes.slice(0, mostProblems).map(problem);
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
