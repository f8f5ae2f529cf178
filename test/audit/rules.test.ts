import { expect, test } from "vitest";
import { rules } from "../../src/audit/rules.ts";
import type { AuditTerms, Target } from "../../src/probe/target.ts";
import { providers } from "../replay/providers.ts";
import { answer, isGoodRequest, openWire, replayKey } from "../replay/server.ts";
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
    return (await auditOf(targetAt(server.baseUrl, { audit: terms, ...change }), replayKey, only)).document.decision;
  } finally {
    await server.close();
  }
}

const ruling = ({ results }: Awaited<ReturnType<typeof audited>>, item: string) =>
  results.find((result) => result.item === item);

test("a target without a key that costs nothing is READY", async () => {
  const price = { inputPerMillion: 0, outputPerMillion: 0 };
  const keyless = (head: string, body: string): string | undefined =>
    openai !== undefined && head.startsWith("POST /v1/chat/completions ") && isGoodRequest(body)
      ? body.includes('"stream":true')
        ? openai.streamed
        : openai.plain
      : undefined;
  const decision = await audited({ key: undefined, price }, keyless, () => true);
  expect(decision.results.filter(({ state }) => state !== "met")).toEqual([]);
  expect(decision.readiness).toBe("READY");
  expect(ruling(decision, "authentication")?.condition).toContain("no key is configured");
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
