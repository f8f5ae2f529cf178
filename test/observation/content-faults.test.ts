import fc from "fast-check";
import { expect, test } from "vitest";
import { contentFaults } from "../../src/observation/content-faults.ts";
import type { Expectation } from "../../src/probe/probe.ts";
import { chat } from "../../src/protocol/chat/chat.ts";
import type { Json, JsonObject } from "../../src/std/json.ts";

const schema: JsonObject = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const tools: Expectation = { kind: "tool-calls", calls: [{ name: "get_weather", arguments: schema }] };
const json: Expectation = { kind: "json-schema", schema };
const good = '{"city":"Lisbon"}';

const call = (given: Json, id: Json = "call_1", name = "get_weather"): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: given },
});
const said = (message: JsonObject): Json => ({ choices: [{ index: 0, message }] });
const called = (...calls: JsonObject[]): Json => said({ role: "assistant", content: null, tool_calls: calls });
const faultOf = (rule: Expectation, documents: Json[]): string | undefined =>
  contentFaults([rule], chat.read(documents))?.[rule.kind];

test.each<[string, Json, string | undefined]>([
  ["a good call", called(call(good)), undefined],
  ["two good calls", called(call(good), call(good, "call_2")), undefined],
  ["no call", said({ content: "It is sunny." }), "none, a text instead"],
  ["nothing at all", said({ content: null }), "none"],
  ["an empty id", called(call(good, "")), "a call without an id"],
  ["one id twice", called(call(good), call(good)), "two calls with one id"],
  ["another tool", called(call(good, "call_1", "zq7canary")), "a call of another tool"],
  ["arguments as an object", called(call({ city: "Lisbon" })), "get_weather: arguments as object, not as a text"],
  ["arguments cut off", called(call('{"city":"Lis')), "get_weather: arguments that are no JSON: cut off"],
  ["a text of a text", called(call(JSON.stringify(good))), "get_weather: arguments that are no object"],
  ["no arguments", called(call("")), "get_weather: no arguments"],
  ["another kind", called(call('{"city":7}')), 'get_weather: $.city breaks "type"'],
  ["a member too many", called(call('{"city":"a","zq7canary":1}')), 'get_weather: $ breaks "additionalProperties"'],
])("%s", (_name, document, fault) => {
  expect(faultOf(tools, [document])).toBe(fault);
});

test.each<[string, string, string | undefined]>([
  ["by the schema", ` ${good}\n`, undefined],
  ["empty", " ", "empty"],
  ["prose", "The city is Lisbon.", "no JSON"],
  ["fenced", `\`\`\`json\n${good}\n\`\`\``, "JSON in a code fence"],
  ["cut off", '{"city":"Lis', "no JSON: cut off"],
  ["without a member", "{}", '$ breaks "required city"'],
])("a structured answer %s", (_name, content, fault) => {
  expect(faultOf(json, [said({ content })])).toBe(fault);
});

test.each<[Json, string, boolean]>([
  ["plumb", " plumb\n", true],
  ["plumb", "Plumb", false],
  [42, "42.0", true],
  [{ b: 1, a: [true] }, '{"a": [true], "b": 1}', true],
  [{ a: 1 }, '{"a": 2}', false],
])("%j equals %j: %s", (value, content, isEqual) => {
  const fault = faultOf({ kind: "equals", value }, [said({ content })]);
  expect(fault).toBe(isEqual ? undefined : `another answer, of ${content.length} characters`);
});

const mostCalls = 3;

test("however the pieces of calls are cut and mixed, they are joined by their index", () => {
  const plan = fc.tuple(
    fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: mostCalls }),
    fc.array(fc.record({ of: fc.nat(mostCalls - 1), length: fc.integer({ min: 1, max: 5 }) }), { maxLength: 60 }),
  );
  fc.assert(
    fc.property(plan, ([cities, cuts]) => {
      const texts = cities.map((city) => JSON.stringify({ city }));
      const left = [...texts];
      const pieces = texts.map((_, index): JsonObject => ({
        index,
        id: `call_${index}`,
        type: "function",
        function: { name: "get_weather", arguments: "" },
      }));
      const cut = (index: number, length: number): void => {
        const text = left[index] ?? "";
        if (text !== "") pieces.push({ index, function: { arguments: text.slice(0, length) } });
        left[index] = text.slice(length);
      };
      for (const { of, length } of cuts) cut(of % cities.length, length);
      for (const index of cities.keys()) cut(index, Infinity);
      const chunks = pieces.map((piece): Json => ({ choices: [{ index: 0, delta: { tool_calls: [piece] } }] }));
      expect(chat.read(chunks).toolCalls.map((it) => it.arguments)).toEqual(texts);
      expect(faultOf(tools, chunks)).toBeUndefined();
    }),
  );
});

test("no word of an answer is in a fault", () => {
  const canary = "zq7canary";
  const text = fc.oneof(
    fc.string().map((it) => `${canary}${it}`),
    fc.json().map((it) => `{"${canary}":${it}}`),
    fc.constantFrom(`{"city":["${canary}"]}`, `{"city":"${canary}`, `"${canary}"`),
  );
  fc.assert(
    fc.property(text, (content) => {
      const document = said({ content, tool_calls: [call(content, canary, canary), call(content, "x")] });
      const only = said({ content, tool_calls: [call(content)] });
      const faults = [document, only].map((it) =>
        contentFaults([tools, json, { kind: "equals", value: "plumb" }], chat.read([it])),
      );
      expect(JSON.stringify(faults)).not.toContain(canary);
    }),
  );
});
