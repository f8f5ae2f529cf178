import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { calledPlain } from "../replay/bodies.ts";
import { json, openWire, sse } from "../replay/server.ts";
import { openPlayer } from "./play.ts";
import { chunk, finish, opening, usageChunk, words } from "./wire-bodies.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

const call = (change: object, given: unknown = '{"city":"Lisbon","unit":"celsius"}'): object =>
  chunk({
    role: "assistant",
    content: null,
    tool_calls: [
      { index: 0, id: "call_1", type: "function", function: { name: "get_weather", arguments: given }, ...change },
    ],
  });
const ends = [usageChunk(), "[DONE]"];
const calling = (...calls: readonly object[]): string => sse([...calls, chunk({}, "tool_calls"), ...ends]);
const saying = (...events: readonly (object | string)[]): string => sse([opening, ...words, ...events]);
const { choices: _none, ...bare } = usageChunk() as { choices: unknown };

/** What the official client makes of it, what Plumbline says of it in a first run. */
const rows: readonly (readonly [string, string, client: RegExp, ours: RegExp])[] = [
  ["a healthy answer", saying(finish, ...ends), /^plumb$/, /^$/],
  ["healthy tool calls", calling(call({}), call({ index: 1, id: "call_2" })), /^call_1 .* call_2 /, /^$/],
  ["no finish reason", saying(...ends), /^throws/, /end of stream no finish reason/],
  ["no [DONE]", saying(finish, usageChunk()), /^plumb$/, /end of stream/],
  ["choices are null", saying(finish, { ...bare, choices: null }, "[DONE]"), /^throws/, /\$\.choices null/],
  ["no choices", saying(finish, bare, "[DONE]"), /^throws/, /\$\.choices absent/],
  ["a chunk that is null", saying("null", finish, ...ends), /^throws/, /end of stream malformed/],
  ["NaN", saying('{"a":NaN}', finish, ...ends), /^throws/, /end of stream malformed/],
  [
    "a time with a fraction",
    saying(finish, { ...usageChunk(), created: 1746709563.49 }, "[DONE]"),
    /^plumb$/,
    /integers/,
  ],
  ["a call without an index", calling(call({ index: undefined })), /^throws/, /tool_calls\[\]\.index absent/],
  [
    "one index for two calls",
    calling(call({}), call({ id: "call_2" })),
    /^call_2 .*\}\{/,
    /one index for several calls/,
  ],
  ["an id that is a number", calling(call({ id: 7 })), /^7 /, /an id that is a number/],
  ["a call without a type", calling(call({ type: undefined })), /^throws/, /a call without a type/],
  ["arguments as an object", calling(call({}, { city: "Lisbon" })), /\[object Object\]/, /arguments as object/],
];

async function askSdk(baseURL: string): Promise<string> {
  const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0, logLevel: "off" });
  try {
    const stream = client.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "plumb" }] });
    const { message } = (await stream.finalChatCompletion()).choices[0] ?? {};
    const calls = message?.tool_calls?.map((one) => `${one.id} ${"function" in one ? one.function.arguments : ""}`);
    return calls?.join(" ") ?? message?.content ?? "";
  } catch (error) {
    return `throws ${String(error)}`;
  }
}

test.each(rows)("%s", async (_name, streamed, client, ours) => {
  const server = await openWire(
    (socket, _head, body) => void socket.end(body.includes('"stream":true') ? streamed : json(200, calledPlain)),
  );
  const scenario = streamed.includes("tool_calls") ? "tool-call" : "streamed-request";
  const player = openPlayer(server.baseUrl, scenario);
  open.push(player, server);
  expect(await askSdk(server.baseUrl)).toMatch(client);
  const { report } = await player.run();
  const said = report.findings.filter(({ kind }) => kind === "contract" || kind === "expectation");
  expect(said.map(({ subject, observed }) => `${subject} ${observed}`).join("; ")).toMatch(ours);
});
