import { createServer } from "node:http";

/** A chat-completions endpoint in a process of its own, so that its CPU is nobody else's. Prints its port. */
const reply = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_760_000_000,
  model: "bench-model-2026-01-01",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "plumb", refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: {
    prompt_tokens: 21,
    completion_tokens: 2,
    total_tokens: 23,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  },
  service_tier: "default",
});

let served = 0;
const server = createServer((request, response) => {
  if (request.url === "/served") return void response.end(`${served}`);
  served += 1;
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "x-request-id": "req-bench" });
    response.end(reply);
  });
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(`${address.port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
