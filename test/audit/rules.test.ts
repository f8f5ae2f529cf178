import { expect, test } from "vitest";
import { rules } from "../../src/audit/rules.ts";
import type { AuditTerms, Target } from "../../src/probe/target.ts";
import { providers } from "../replay/providers.ts";
import { answer, openWire, replayKey } from "../replay/server.ts";
import { askedOnly, auditOf, targetAt } from "./auditor.ts";

const terms: AuditTerms = {
  environment: "production",
  documentation: { url: "https://platform.openai.com/docs", checked: "2026-11-20" },
  warnAfterMs: 10_000,
  fallback: { kind: "static-answer", text: "Please try again in a minute." },
  accept: [],
};
const openai = providers.find(({ name }) => name === "openai");

/** The replies of OpenAI, but where `serve` has another. */
async function audited(
  change: Partial<Target>,
  serve: (head: string, body: string) => string | undefined,
  only = askedOnly,
) {
  if (openai === undefined) throw new Error("no such replay");
  const server = await openWire(
    (socket, head, body) => void socket.end(serve(head, body) ?? answer(openai, head, body)),
  );
  try {
    const { sameAs = targetAt(server.baseUrl, { name: "official", ...change }) } = change;
    const target = targetAt(server.baseUrl, { audit: terms, sameAs, ...change });
    return (await auditOf(target, replayKey, only)).document.decision;
  } finally {
    await server.close();
  }
}

const ruling = ({ results }: Awaited<ReturnType<typeof audited>>, item: string) =>
  results.find((result) => result.item === item);

test("a target without a key that costs nothing is READY", async () => {
  const price = { inputPerMillion: 0, outputPerMillion: 0 };
  const keyless = (head: string, body: string): string | undefined =>
    openai && answer({ ...openai, unauthorized: undefined }, head, body);
  const decision = await audited({ key: undefined, price }, keyless, () => true);
  expect(decision.results.filter(({ state }) => state !== "met")).toEqual([]);
  expect(decision.readiness).toBe("READY");
  expect(ruling(decision, "authentication")?.condition).toContain("no key is configured");
});

const isOptional = (body: string): boolean => body.includes('"tools":') || body.includes('"response_format":');
const optional = ["tool-calls", "structured-output"];

test("a target that knows no tools is READY once the configuration says why that is fine", async () => {
  let asked = 0;
  const toolless = (head: string, body: string): string | undefined => {
    if (openai === undefined || !isOptional(body)) return undefined;
    asked += 1;
    const { toolCall: _call, structured: _output, ...prose } = openai;
    return answer(prose, head, body);
  };
  const refused = await audited({}, toolless);
  for (const item of optional) {
    expect(ruling(refused, item)).toMatchObject({ state: "broken", evidence: expect.stringContaining("plain: 400") });
    expect(ruling(refused, item)?.evidence).toContain("targets.mini.exceptions.");
  }
  asked = 0;
  const exceptions = { "tool-call": "answers are prose", "structured-output": "answers are prose" };
  const excused = await audited({ exceptions }, toolless);
  expect(asked).toBe(0);
  for (const item of optional)
    expect(ruling(excused, item)).toMatchObject({ state: "met", evidence: "accepted: answers are prose" });
});

test.each<[string, (reply: string) => string, string]>([
  ["the arguments are an object", (it) => it.replace(/"arguments":"\{.*?}"/, '"arguments":{}'), "not as a text"],
  ["a call has no id", (it) => it.replaceAll('"id":"call_abc"', '"id":""'), "a call without an id"],
  [
    "a piece of a streamed call is lost",
    (it) => it.replace('"arguments":":\\"celsius\\"}"', '"arguments":""'),
    "streamed: get_weather",
  ],
])("tools are not usable: %s", async (_name, change, words) => {
  const broken = (_head: string, body: string): string | undefined => {
    if (openai?.toolCall === undefined || !body.includes('"tools":')) return undefined;
    return http(change(openai.toolCall[body.includes('"stream":true') ? "streamed" : "plain"]));
  };
  const decision = await audited({}, broken, (name) => name === "tool-call");
  expect(ruling(decision, "tool-calls")).toMatchObject({ state: "broken", evidence: expect.stringContaining(words) });
});

test("a wrong request that is answered with status 500 was not refused, and whether it may be retried is open", async () => {
  const isWrong = (body: string): boolean => body.includes('"messages":"') || (body !== "" && !body.endsWith("}"));
  const failing = (_head: string, body: string): string | undefined =>
    !isWrong(body) ? undefined : "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  const decision = await audited({}, failing);
  expect(ruling(decision, "invalid-requests")?.state).toBe("broken");
  const retried = ruling(decision, "validation-not-retried");
  expect(retried?.state).toBe("open");
  expect(retried?.evidence).toMatch(/^\d of 8 checks held, the rest cannot be known/);
  expect(retried?.evidence).toContain("set targets.mini.client.retries to 0");
});

test("completions for requests that servers may take are named, and not claimed to be refused", async () => {
  const lenient = (_head: string, body: string): string | undefined =>
    body.includes("plumbline_unknown") || body.includes('"max_tokens":-') ? openai?.plain : undefined;
  const rule = ruling(await audited({}, lenient), "invalid-requests");
  expect(rule).toMatchObject({
    state: "met",
    condition: "malformed-messages and broken-json: refused with a status from 400 to 499, without a completion",
  });
  expect(rule?.evidence).toContain("answered with a completion: impossible-token-limit");
});

test("each open rule names what answers it, and the setting of this target", async () => {
  const { results } = await audited(
    { audit: { ...terms, documentation: undefined, fallback: undefined } },
    () => undefined,
  );
  const open = results.filter(({ state }) => state === "open");
  expect(open.map(({ item }) => item)).toEqual(["timeouts", "retries", "fallback", "billing", "documentation"]);
  for (const { evidence } of open) expect(evidence).toContain("To answer this: ");
  expect(ruling({ results } as never, "fallback")?.evidence).toContain("targets.mini.audit.fallback");
  expect(ruling({ results } as never, "billing")?.evidence).toContain("targets.mini.audit.billing");
});

test("each rule names the scenarios that it judges", () => {
  const target = targetAt("http://localhost");
  const scenarios = new Set([
    "endpoint",
    "authentication",
    "invalid-requests",
    "valid-requests",
    "token-limits",
    "fallback",
  ]);
  for (const { item, condition } of rules)
    if (scenarios.has(item)) expect(condition(target), item).toMatch(/[a-z]+-[a-z]+|fallback:/);
});

/** With the length that the body has now. */
function http(reply: string): string {
  const [head = "", body = ""] = reply.split(/\r\n\r\n([\s\S]*)/);
  return `${head.replace(/content-length: \d+/, `content-length: ${Buffer.byteLength(body)}`)}\r\n\r\n${body}`;
}
