import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/std/json.ts";
import { editEvents, editJsonText } from "../../src/testbed/edit-body.ts";

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const size of sizes) yield bytes.subarray(start, (start += size));
  yield bytes.subarray(start);
}

async function edited(
  textIn: string,
  sizes: readonly number[],
  edit: (body: JsonObject) => JsonObject,
  dropDone = false,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of editEvents(cut(Buffer.from(textIn), sizes), { edit, dropDone })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const stream =
  ': note\n\ndata: {"text":"größer 🧵"}\r\n\r\nevent: x\ndata: {"a":\ndata: 1}\n\ndata: [DONE]\n\ndata: tail';
const same = (body: JsonObject) => body;

describe("editEvents", () => {
  it("leaves every byte alone when the edit has nothing to do, however the stream is cut", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 40 }), async (sizes) => {
        expect(await edited(stream, sizes, same)).toBe(stream);
      }),
    ));

  it("edits JSON events and only those, however the stream is cut", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 40 }), async (sizes) => {
        expect(await edited(stream, sizes, (body) => ({ ...body, b: 2 }), true)).toBe(
          ': note\n\ndata: {"text":"größer 🧵","b":2}\r\n\r\nevent: x\ndata: {"a":1,"b":2}\n\ndata: tail',
        );
      }),
    ));
});

describe("editJsonText", () => {
  it("has nothing to say about what is no object", () => {
    for (const text of ["", "null", "[1]", "{", '"a"']) expect(editJsonText(text, () => ({ a: 1 }))).toBeUndefined();
  });
});
