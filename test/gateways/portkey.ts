import { createRequire } from "node:module";
import { freePort, openPlace, reachable } from "../setup/servers.ts";
import type { Gateway } from "./nginx.ts";

const server = createRequire(import.meta.url).resolve("@portkey-ai/gateway/build/start-server.js");

/** The Portkey gateway itself, on a free port. */
export async function openPortkey(): Promise<Gateway> {
  const place = openPlace();
  try {
    const port = await freePort();
    const child = place.start(process.execPath, [server, `--port=${port}`, "--headless"], {});
    await reachable("Portkey gateway", child, port);
    return { baseUrl: `http://127.0.0.1:${port}/v1`, [Symbol.asyncDispose]: place.close };
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** Headers for one provider behind it, which is given the client's key. */
export function oneBehind(port: number): Readonly<Record<string, string>> {
  return { "x-portkey-provider": "openai", "x-portkey-custom-host": `http://127.0.0.1:${port}/v1` };
}

/** Headers for several, of which the first that answers is taken; their key is the gateway's. */
export function severalBehind(ports: readonly number[], key: string): Readonly<Record<string, string>> {
  const targets = ports.map((port) => ({
    provider: "openai",
    api_key: key,
    custom_host: `http://127.0.0.1:${port}/v1`,
  }));
  return { "x-portkey-config": JSON.stringify({ strategy: { mode: "fallback" }, targets }) };
}
