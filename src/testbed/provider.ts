import { LLMock } from "@copilotkit/aimock";

/** An independent implementation of the chat-completions protocol: aimock on a loopback port. */
export interface Provider {
  readonly port: number;
  close(): Promise<void>;
}

const answer = "The plumb line hangs straight.";

/** Answers every prompt with the same sentence, counts tokens, and accepts one key. */
export async function openProvider(key: string): Promise<Provider> {
  const mock = new LLMock({
    host: "127.0.0.1",
    port: 0,
    logLevel: "silent",
    auth: { apiKeys: [key] },
    strict: true,
    chunkSize: 8,
    journalMaxEntries: 1,
  });
  const weather = { name: "get_weather", arguments: JSON.stringify({ city: "Lisbon", unit: "celsius" }) };
  mock.on({ endpoint: "chat", toolName: weather.name }, { toolCalls: [weather], systemFingerprint: "fp_testbed" });
  const capital = { content: JSON.stringify({ capital: "Lisbon", letters: 6 }), systemFingerprint: "fp_testbed" };
  mock.on({ endpoint: "chat", responseFormat: "json_schema" }, capital);
  mock.on({ endpoint: "chat" }, { content: answer, systemFingerprint: "fp_testbed" });
  await mock.start();
  return { port: mock.port, close: () => mock.stop() };
}
