import fc from "fast-check";
import { expect, test } from "vitest";
import { asStream, first } from "./kinds.ts";
import { chunk, finish, opening, usage, usageChunk } from "./wire-bodies.ts";

const word = fc.stringMatching(/^[a-z]{3,12}$/);
/** A sentence of Latin words in pieces, as a model gives it. */
const pieces = fc
  .uniqueArray(word, { minLength: 3, maxLength: 6 })
  .map((words) => words.map((one, n) => (n === 0 ? one : ` ${one}`)));
const tokens = { ...usage, completion_tokens: 12, total_tokens: 26 };
const ends = [finish, usageChunk(tokens), "[DONE]"];
const said = (texts: readonly string[]): object[] => texts.map((content) => chunk({ content }));

type Streaming = (texts: readonly string[], n: number) => readonly (object | string)[];

/** What harms no client. */
const harmless: Readonly<Record<string, Streaming>> = {
  "as it should be": (texts) => [opening, ...said(texts), ...ends],
  "empty pieces between": (texts) => [opening, ...said(texts).flatMap((one) => [chunk({ content: "" }), one]), ...ends],
  "comments between": (texts) => [": ping", opening, ...said(texts).flatMap((one) => [": ping", one]), ...ends],
  "Azure's first chunk": (texts) => [
    { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [] },
    opening,
    ...said(texts),
    ...ends,
  ],
  "the role in each chunk": (texts) => [...texts.map((content) => chunk({ role: "assistant", content })), ...ends],
  "a pad against observers": (texts, n) => [
    opening,
    ...texts.map((content) => chunk({ content }, null, { obfuscation: "x".repeat(n) })),
    ...ends,
  ],
  "usage in the last chunk": (texts) => [opening, ...said(texts), chunk({}, "stop", { usage: tokens }), "[DONE]"],
  "reasoning before": (texts) => [opening, chunk({ reasoning_content: texts.join("") }), ...said(texts), ...ends],
};

/** One chunk is different: the opening, the last of the usage, or a piece that is empty, so that the answer stays whole. */
function edited(
  events: readonly (object | string)[],
  n: number,
  edit: (chunk: { readonly choices?: unknown }) => object,
): (object | string)[] {
  const odd = edit(n % 3 === 0 ? opening : n % 3 === 1 ? usageChunk(tokens) : chunk({ content: "" }));
  if (n % 3 === 0) return [odd, ...events.slice(1)];
  return n % 3 === 1
    ? events.map((one, at) => (at === events.length - 2 ? odd : one))
    : [...events.slice(0, 1), odd, ...events.slice(1)];
}

/** What every client of a kind suffers from, by the words of its finding. */
const lawless: Readonly<Record<string, readonly [says: RegExp, Streaming]>> = {
  "ids that change": [
    /^risky id: /,
    (texts, n) => [
      opening,
      ...said(texts).map((one, at) => (at === n % texts.length ? { ...one, id: `chatcmpl-${n}` } : one)),
      ...ends,
    ],
  ],
  "a model that changes": [
    /^risky model: /,
    (texts, n) => [
      opening,
      ...said(texts).map((one, at) => (at === n % texts.length ? { ...one, model: `gpt-${n}` } : one)),
      ...ends,
    ],
  ],
  "content after the finish": [
    /^breaking chunks after the finish reason: /,
    (texts, n) => {
      const at = n % texts.length;
      return [opening, ...said(texts.slice(0, at)), finish, ...said(texts.slice(at)), ...ends.slice(1)];
    },
  ],
  "the answer twice": [
    /^breaking answer: once in a stream → twice/,
    (texts, n) => [opening, ...said(texts), ...(n % 2 === 0 ? said(texts) : said([texts.join("")])), ...ends],
  ],
  "the answer so far in each": [
    /^breaking content: .*so far/,
    (texts) => [opening, ...said(texts.map((_, at) => texts.slice(0, at + 1).join(""))), ...ends],
  ],
  "one index for two calls": [
    /^breaking tool_calls\[\]\.index: /,
    (texts, n) => [
      opening,
      ...said(texts),
      ...[0, 1].map((call) => chunk({ tool_calls: [{ index: n % 3, id: `call_${call}`, function: { name: "a" } }] })),
      ...ends,
    ],
  ],
  "a chunk whose choices are null": [
    /^breaking \$\.choices: a list → null/,
    (texts, n) => edited([opening, ...said(texts), ...ends], n, (one) => ({ ...one, choices: null })),
  ],
  "a chunk without choices": [
    /^breaking \$\.choices: a list → absent/,
    (texts, n) => edited([opening, ...said(texts), ...ends], n, ({ choices: _gone, ...one }) => one),
  ],
  "choices that are no list": [
    /^breaking \$\.choices: a list → no list/,
    (texts, n) => edited([opening, ...said(texts), ...ends], n, (one) => ({ ...one, choices: { "0": {} } })),
  ],
  "a choice without a delta": [
    /^breaking \$\.choices\[\]\.delta: an object → absent or null/,
    (texts, n) =>
      edited([opening, ...said(texts), ...ends], n, (one) => ({
        ...one,
        choices: [{ index: 0, delta: n % 2 === 0 ? null : undefined }],
      })),
  ],
  "times in another unit": [
    /^risky created: seconds → /,
    (texts, n) =>
      [opening, ...said(texts), ...ends].map((one) =>
        typeof one === "string" ? one : { ...one, created: 1_764_300_000 * (n % 2 === 0 ? 1e3 : 1e6) },
      ),
  ],
};

test.each(Object.entries(harmless))("healthy: %s", async (_name, stream) => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (texts, n) => {
      expect(await first(asStream(stream(texts, n)), "streamed-request")).toEqual([]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test.each(Object.entries(lawless))("a law of streams, from the first run: %s", async (_name, [says, stream]) => {
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (texts, n) => {
      expect(await first(asStream(stream(texts, n)), "streamed-request")).toEqual([expect.stringMatching(says)]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
