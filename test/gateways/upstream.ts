import { LLMock } from "@copilotkit/aimock";

export interface Upstream extends AsyncDisposable {
  readonly port: number;
  /** Requests it has been asked. */
  requests(): number;
}

export const upstreamKey = "sk-gateways-0123456789abcdef";

/** How aimock answers: at once and whole, unless it is told otherwise. */
export interface DeliveryPolicy {
  /** Between two chunks, milliseconds. */
  readonly latency?: number;
  /** Cuts the connection inside the stream. */
  readonly disconnectAfterMs?: number;
  /** Before a word of any reply, milliseconds. */
  readonly delayMs?: number;
  /** Answers every request with this status. */
  readonly status?: number;
}

/** aimock, an independent provider, on a free port. */
export async function openUpstream({ status, delayMs = 0, ...manner }: DeliveryPolicy = {}): Promise<Upstream> {
  const mock = new LLMock({
    host: "127.0.0.1",
    port: 0,
    logLevel: "silent",
    auth: { apiKeys: [upstreamKey] },
    strict: true,
    chunkSize: 4,
    journalMaxEntries: 1000,
  });
  const error = { message: "injected", type: "server_error", code: "overloaded" };
  mock.on(
    { endpoint: "chat" },
    status === undefined ? { content: "The plumb line hangs straight." } : { error, status },
    { ...manner, chaos: { latencyMs: delayMs } },
  );
  await mock.start();
  return {
    port: mock.port,
    requests: () => mock.getRequests().length,
    [Symbol.asyncDispose]: () => mock.stop(),
  };
}
