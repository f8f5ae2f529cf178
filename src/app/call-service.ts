import type { ServiceRequest } from "../cli/effects.ts";
import type { Env } from "./secrets.ts";
import { variable } from "./variables.ts";

const answersWithinMs = 10_000;

/** Sends a request to the HTTP API of a running service, with the token of the environment; undefined: nothing answers. */
export async function callService(
  url: string,
  { method, path, body, isStreamed = false }: ServiceRequest,
  env: Env,
): Promise<Response | undefined> {
  const token = variable(env, "PLUMBLINE_TOKEN");
  try {
    return await fetch(`${url}/api/v1${path}`, {
      method,
      redirect: "error",
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        // Without a body too: the service refuses acts that a form of another site could send.
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
      },
      ...(isStreamed ? {} : { signal: AbortSignal.timeout(answersWithinMs) }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return undefined;
  }
}
