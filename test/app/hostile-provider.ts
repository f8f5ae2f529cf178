import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export const prompt = "canary prompt: the eagle lands at dawn";
export const completion = "canary completion: understood, at dawn";

export async function listen(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise((closed) => void server.close(() => closed()).closeAllConnections()),
  };
}

/**
 * Puts key, prompt and completion wherever a provider can put them, one class of failure after the other. `echoesOf`:
 * how it says the key again that a request carried.
 */
export function hostileProvider(echoesOf: (request: IncomingMessage) => readonly string[]): RequestListener {
  const counts = new Map<string, number>();
  return (request, response) => {
    request.resume();
    const count = (counts.get(request.url ?? "") ?? 0) + 1;
    counts.set(request.url ?? "", count);
    const echoes = echoesOf(request);
    const echo = echoes[count % echoes.length] ?? "";
    // Headers carry bytes: what is beyond them comes as its encoding.
    const notified = /^[\x20-\xff]*$/.test(echo) ? echo : encodeURIComponent(echo);
    const headers = {
      "x-request-id": notified,
      "retry-after": "0",
      "x-litellm-key": notified,
      "content-type": "application/json",
    };
    const error = { message: `Incorrect API key provided: ${echo} for ${prompt}`, type: echo, code: echo, param: echo };
    const body = {
      id: echo,
      model: echo,
      choices: [{ message: { role: "assistant", content: completion }, finish_reason: echo }],
      usage: { prompt_tokens: 3, completion_tokens: 3 },
      [echo]: { [`for ${echo}`]: 1 },
    };
    switch (count % 9) {
      case 0:
        return void response.writeHead(200, headers).end(JSON.stringify(body));
      case 1:
        return void response.writeHead(401, headers).end(JSON.stringify({ error }));
      case 2:
        return void response.writeHead(429, headers).end(JSON.stringify({ detail: [{ msg: prompt, input: prompt }] }));
      case 3:
        return void response.writeHead(500, { ...headers, "content-type": "text/html" }).end(`<p>${echo} ${prompt}`);
      case 4:
        return void response.writeHead(200, headers).end(`{"broken": "${echo}`);
      case 5:
        return void response.destroy(new Error(echo));
      case 6:
        response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
        response.write(`data: ${JSON.stringify({ id: echo, choices: [{ delta: { content: completion } }] })}\n\n`);
        return void response.end(`data: ${JSON.stringify({ error })}\n\ndata: [DONE]\n\n`);
      case 7:
        return void response.writeHead(302, { location: `https://example.com/?key=${notified}` }).end();
      default:
        // Never answers: the time-out.
        return undefined;
    }
  };
}
