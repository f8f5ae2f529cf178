import OpenAI, { APIError } from "openai";
import { expect, test } from "vitest";
import type { EvidenceRow } from "../../src/audit/evidence.ts";
import { auditOf, evidence, targetAt } from "../audit/auditor.ts";
import { incidents } from "./incidents.ts";
import { providers } from "./providers.ts";
import { openReplay, replayKey } from "./server.ts";

/** What a client can see of a reply. */
interface Seen {
  readonly status: string;
  readonly finish: string | null;
  readonly totalTokens: number | null;
  readonly error: string | null;
}

const asked = ["valid-request", "streamed-request", "invalid-key", "unavailable-model"] as const;
type Asked = (typeof asked)[number];

async function askSdk(baseURL: string, what: Asked): Promise<Seen> {
  const apiKey = what === "invalid-key" ? "sk-wrong-0123456789abcdef" : replayKey;
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 60_000 });
  const request = {
    model: what === "unavailable-model" ? "no-such-model" : "gpt-4o-mini",
    messages: [{ role: "user" as const, content: "Reply with the single word: plumb" }],
    max_tokens: 48,
  };
  try {
    if (what !== "streamed-request") return seenPlain(await client.chat.completions.create(request));
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let finish: string | null = null;
    let totalTokens: number | null = null;
    for await (const chunk of stream) {
      finish = chunk.choices?.[0]?.finish_reason ?? finish;
      totalTokens = chunk.usage?.total_tokens ?? totalTokens;
    }
    return { status: "200", finish, totalTokens, error: null };
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    const code = [error.type, error.code].filter((it) => it !== undefined && it !== null && it !== "");
    return {
      status: String(error.status ?? "200"),
      finish: null,
      totalTokens: null,
      error: code.join("/") || "unnamed",
    };
  }
}

function seenPlain(reply: OpenAI.Chat.ChatCompletion): Seen {
  return {
    status: "200",
    finish: reply.choices?.[0]?.finish_reason ?? null,
    totalTokens: reply.usage?.total_tokens ?? null,
    error: null,
  };
}

const families = ["nested-object", "string", "detail", "array-wrapped", "flat", "html", "empty", "unknown"];

function ours({ outcome, finishReason, totalTokens, errorCode }: EvidenceRow): Seen {
  const error = errorCode === null ? null : families.includes(errorCode) ? "unnamed" : errorCode;
  return { status: outcome, finish: finishReason, totalTokens, error };
}

/** Where the official client sees less than there is, and why. All else is seen alike. */
const blindSpots: Readonly<Record<string, Partial<Seen>>> = {
  "gemini/invalid-key": { error: "unnamed" },
  "gemini/unavailable-model": { error: "unnamed" },
  // It looks for an `error` only.
  "mistral/invalid-key": { error: "unnamed" },
  "mistral/unavailable-model": { error: "unnamed" },
  "portkey/unavailable-model": { error: "unnamed" },
  "groq/streamed-request": { totalTokens: null },
  "usage in the choice/streamed-request": { totalTokens: null },
  // An error with status 200 is a completion without choices to it.
  "choices null/valid-request": { error: null },
  // It throws, and what came before is lost.
  "error after 200/streamed-request": { finish: null },
};

test.each([...providers, ...incidents])("$name: the official client sees what we see, or less", async (replay) => {
  const server = await openReplay(replay);
  try {
    const { document } = await auditOf(targetAt(server.baseUrl), replayKey, (name) => asked.includes(name as Asked));
    for (const what of asked) {
      const row = evidence(document, what);
      if (row === undefined) throw new Error(`${what} was not asked`);
      const expected = { ...ours(row), ...blindSpots[`${replay.name}/${what}`] };
      expect([what, await askSdk(server.baseUrl, what)]).toEqual([what, expected]);
    }
  } finally {
    await server.close();
  }
});
