import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";

/**
 * A chat-completions endpoint in its own process, so that its CPU is not counted for anybody else. Prints its port.
 * `reply-server.ts [milliseconds before each answer] [folder of key.pem and cert.pem]`
 */
const [delay = "0", folder] = process.argv.slice(2);
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
const answer: RequestListener = (request, response) => {
  if (request.url === "/served") return void response.end(`${served}`);
  served += 1;
  request.resume();
  request.on("end", () => {
    const end = (): void => {
      response.writeHead(200, { "content-type": "application/json", "x-request-id": "req-bench" });
      response.end(reply);
    };
    if (delay === "0") end();
    else setTimeout(end, Number(delay));
  });
};
const pem = (name: string): Buffer => readFileSync(join(folder ?? "", name));
const server =
  folder === undefined ? createServer(answer) : createTlsServer({ key: pem("key.pem"), cert: pem("cert.pem") }, answer);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(`${address.port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
