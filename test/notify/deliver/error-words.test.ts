import { expect, test } from "vitest";
import { errorWords } from "../../../src/notify/deliver/error-words.ts";
import { outcomeOf } from "../../../src/notify/deliver/outcome.ts";

// Bodies of services, as people have reported them.
test.each([
  [
    '{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat"}',
    "Bad Request: group chat was upgraded to a supergroup chat",
  ],
  ['{"message":"Cannot send an empty message","code":50006}', "Cannot send an empty message"],
  [
    '{"code":40007,"http":400,"error":"invalid request: topic invalid","link":"https://ntfy.sh/docs"}',
    "invalid request: topic invalid",
  ],
  ['{"user":"invalid","errors":["user identifier is invalid"],"status":0}', "user identifier is invalid"],
  ['{"error":{"code":"x","message":"no such key"}}', "no such key"],
  ['"start time must be before end time"', "start time must be before end time"],
  ["invalid_blocks", "invalid_blocks"],
  ['{"status":"invalid event"', '{"status":"invalid event"'],
  ["<!doctype html><title>502</title>", undefined],
  ["", undefined],
  [undefined, undefined],
])("%s", (body, words) => {
  expect(errorWords(body)).toBe(words);
});

test("a refusal says why in the words of the service, without secrets and cut", () => {
  const body = `{"description":"no chat -100123 for bot 123:SECRET ${"x".repeat(200)}"}`;
  const outcome = outcomeOf({ kind: "reply", status: 400, body }, 0, { refused: [400] }, (text) =>
    text.replace("123:SECRET", "[redacted]"),
  );
  expect(outcome).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/^status 400: no chat -100123 for bot \[redacted\] x+…$/),
  });
});
