import type { Expectation, ScenarioSpec } from "../probe/probe.ts";
import type { JsonObject } from "../std/json.ts";
import type { ConfigText } from "./schema.ts";

/** The scenario a probe names: one written in the configuration, else a built-in one; undefined when there is none. */
export function scenarioSpec(name: string, whole: ConfigText, builtIn: readonly string[]): ScenarioSpec | undefined {
  const custom = whole.scenarios[name];
  if (custom === undefined) return builtIn.includes(name) ? { kind: "built-in", name } : undefined;
  const { ask, expect } = custom;
  const many = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
  const expectations: Expectation[] = [
    ...(expect.status === undefined ? [] : [{ kind: "status" as const, oneOf: many(expect.status) }]),
    ...(expect.finishReason === undefined
      ? []
      : [{ kind: "finish-reason" as const, oneOf: many(expect.finishReason) }]),
    ...(expect.text?.class === undefined ? [] : [{ kind: "text-class" as const, is: expect.text.class }]),
    ...(expect.text?.matches === undefined ? [] : [{ kind: "text-matches" as const, pattern: expect.text.matches }]),
    ...Object.entries(expect.json ?? {}).map(([path, is]) => ({ kind: "json" as const, path, is })),
    ...(expect.usage === undefined ? [] : [{ kind: "usage-present" as const }]),
    ...(expect.streamComplete === undefined ? [] : [{ kind: "stream-complete" as const }]),
    ...(expect.noCompletion === undefined ? [] : [{ kind: "no-completion" as const }]),
  ];
  return {
    kind: "custom",
    name,
    ask: { ...ask, messages: ask.messages as JsonObject[], extra: ask.extra as JsonObject },
    expectations,
  };
}
