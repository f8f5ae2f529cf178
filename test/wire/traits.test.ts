import { afterEach, expect, test } from "vitest";
import { decisionLine } from "../../src/audit/render/format.ts";
import type { Target } from "../../src/probe/target.ts";
import { json, openWire, type ReplayServer, sse } from "../replay/server.ts";
import { auditOf, targetAt } from "../audit/auditor.ts";
import { body, healthy, healthyStream } from "./wire-bodies.ts";
import { openPlayer } from "./play.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

/** Answers by what is asked. */
async function serverOf(answer: (body: string) => string): Promise<ReplayServer> {
  const server = await openWire((socket, _head, asked) => void socket.end(answer(asked)));
  open.push(server);
  return server;
}

const refused = json(422, {
  detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }],
});
/** The parameter is named in the message alone. */
const unnamed = json(400, {
  error: { message: "Unrecognized request argument supplied: stream_options", type: "invalid_request_error" },
});
const tooSmall = json(400, {
  error: { message: "Could not finish the message because max_tokens was reached.", type: "invalid_request_error" },
});
const unsupported = json(400, {
  error: {
    message: "Unsupported parameter",
    type: "invalid_request_error",
    param: "max_tokens",
    code: "unsupported_parameter",
  },
});
const usual = (asked: string): string =>
  healthy[asked.includes('"stream":true') ? "streamed-request" : "valid-request"];
const isLarge = (asked: string): boolean => Number(/max_tokens":(\d+)/.exec(asked)?.[1]) > 100;

const rows: readonly (readonly [string, (asked: string) => string, Partial<Target>])[] = [
  [
    "streamOptions: false",
    (asked) => (asked.includes("stream_options") ? refused : usual(asked)),
    { streamOptions: false },
  ],
  [
    "streamOptions: false",
    (asked) => (asked.includes("stream_options") ? unnamed : usual(asked)),
    { streamOptions: false },
  ],
  ["answerTokens: 512", (asked) => (isLarge(asked) ? usual(asked) : tooSmall), { answerTokens: 512 }],
  [
    "ends: finish",
    (asked) => (asked.includes('"stream":true') ? sse(healthyStream.slice(0, -1)) : usual(asked)),
    { ends: "finish" },
  ],
  [
    "maxTokensField: max_completion_tokens",
    (asked) => (asked.includes('"max_tokens"') ? unsupported : usual(asked)),
    { maxTokensField: "max_completion_tokens" },
  ],
];

test.each(rows)("the audit finds %s, and with it the target holds", async (trait, answer, change) => {
  const server = await serverOf(answer);
  const only = (name: string): boolean => name === "valid-request" || name === "streamed-request";
  const before = await auditOf(targetAt(server.baseUrl), "k-0123456789", only);
  expect(before.document.suggestedProbes).toContain(trait);
  const after = await auditOf(targetAt(server.baseUrl, change), "k-0123456789", only);
  expect(after.document.runs.map(({ verdict }) => verdict)).not.toContain("fail");
  expect(after.document.suggestedProbes).not.toContain(trait);
});

test("a cap that is spent before an answer is no cap that is exceeded, and the decision names the key", async () => {
  const server = await serverOf((asked) => (isLarge(asked) ? usual(asked) : tooSmall));
  const only = (name: string): boolean => name === "valid-request" || name === "token-budget";
  const { document } = await auditOf(targetAt(server.baseUrl), "k-0123456789", only);
  expect(document.decision.results.find(({ item }) => item === "token-limits")).toMatchObject({
    // Nothing asked whether requests that are too large are refused.
    evidence: expect.stringContaining("max_tokens: honoured, spent before an answer") as string,
    state: "met",
  });
  expect(decisionLine(document)).toMatch(/^Add to targets\.\w+, and audit it again:\n +answerTokens: 512$/m);
});

test("an expectation is accepted as broken, with a reason", async () => {
  const server = await serverOf(() => json(200, body({ usage: undefined })));
  const strict = openPlayer(server.baseUrl, "valid-request");
  const lenient = openPlayer(server.baseUrl, "valid-request", { exceptions: { usage: "never reported" } });
  open.push(strict, lenient);
  expect((await strict.run()).report.verdict).toBe("fail");
  const { report } = await lenient.run();
  expect(report.verdict).toBe("ok");
  expect(report.findings).toMatchObject([
    { subject: "usage", severity: "informative", why: "accepted: never reported" },
  ]);
});

test("an error in an envelope that is declared is an error", async () => {
  const server = await serverOf(() => json(200, { outcome: { problem: { code: "E77", message: "invalid key" } } }));
  const contract = { ignore: [], severity: {}, expect: {}, clientReads: [], errorEnvelope: "$.outcome.problem" };
  const player = openPlayer(server.baseUrl, "valid-request", { contract });
  open.push(player);
  expect((await player.run()).report.findings[0]?.observed).toBe("200 E77 in declared: invalid key");
});
