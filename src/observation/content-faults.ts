import canonicalize from "canonicalize";
import type { ExpectedCall, Expectation } from "../probe/probe.ts";
import type { ReplyContent, ToolCall } from "../protocol/protocol.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "../std/json.ts";
import { compileSchema } from "../std/json-schema.ts";
import { holdsPattern } from "../std/pattern.ts";

type Content = Pick<ReplyContent, "text" | "toolCalls">;

export function textMatches(rules: readonly Expectation[], text: string): Record<string, boolean> {
  const patterns = rules.flatMap((rule) => (rule.kind === "text-matches" ? [rule.pattern] : []));
  return Object.fromEntries(patterns.map((pattern) => [pattern, holdsPattern(pattern, text)]));
}

/** What is wrong with content that is not kept, by the kind of the expectation. Says where and how, never what stands there. */
export function contentFaults(rules: readonly Expectation[], content: Content): Record<string, string> | undefined {
  const faults = rules.flatMap((rule) => {
    const fault = faultOf(rule, content);
    return fault === undefined ? [] : [[rule.kind, fault] as const];
  });
  return faults.length === 0 ? undefined : Object.fromEntries(faults);
}

function faultOf(rule: Expectation, { text, toolCalls }: Content): string | undefined {
  switch (rule.kind) {
    case "tool-calls":
      return callsFault(rule.calls, toolCalls, text);
    case "json-schema":
      return textFault(text, rule.schema);
    case "equals":
      return equals(text, rule.value) ? undefined : `another answer, of ${text.length} characters`;
    default:
      return undefined;
  }
}

function callsFault(expected: readonly ExpectedCall[], calls: readonly ToolCall[], text: string): string | undefined {
  if (calls.length === 0) return text.trim() === "" ? "none" : "none, a text instead";
  const ids = calls.map(({ id }) => id);
  if (calls.some(({ isNumbered }) => isNumbered)) return "an id that is a number";
  if (calls.some(({ isMixed }) => isMixed)) return "one index for several calls";
  if (ids.includes(undefined)) return "a call without an id";
  if (calls.some(({ type }) => type === undefined)) return "a call without a type";
  if (new Set(ids).size < ids.length) return "two calls with one id";
  for (const call of calls) {
    const rule = expected.find(({ name }) => name === call.name);
    if (rule === undefined) return call.name === undefined ? "a call without a name" : "a call of another tool";
    const fault = argumentsFault(call.arguments, rule.arguments);
    if (fault !== undefined) return `${rule.name}: ${fault}`;
  }
  const missing = expected.find(({ name }) => !calls.some((call) => call.name === name));
  return missing && `no call of ${missing.name}`;
}

function argumentsFault(given: Json | undefined, schema: JsonObject | undefined): string | undefined {
  if (given === undefined || given === "") return "no arguments";
  if (typeof given !== "string") return `arguments as ${Array.isArray(given) ? "a list" : typeof given}, not as a text`;
  const value = parseJson(given);
  if (value === undefined) return `arguments that are no JSON${cutOff(given)}`;
  if (!isJsonObject(value)) return "arguments that are no object";
  return schema && schemaFault(value, schema);
}

function textFault(text: string, schema: JsonObject): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return "empty";
  const value = parseJson(trimmed);
  if (value !== undefined) return schemaFault(value, schema);
  return /^```[\s\S]*```$/.test(trimmed) ? "JSON in a code fence" : `no JSON${cutOff(trimmed)}`;
}

function cutOff(text: string): string {
  return /^\s*[[{]/.test(text) && !/[\]}]\s*$/.test(text) ? ": cut off" : "";
}

function schemaFault(value: Json, schema: JsonObject): string | undefined {
  const known = compileSchema(schema);
  const fault = "faultIn" in known ? known.faultIn(value) : undefined;
  return fault && `${fault.path} breaks "${fault.keyword}"`;
}

function equals(text: string, value: Json): boolean {
  if (typeof value === "string") return text.trim() === value.trim();
  const given = parseJson(text);
  return given !== undefined && canonicalize(given) === canonicalize(value);
}
