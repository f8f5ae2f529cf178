import { variable } from "./variables.ts";
import type { Env } from "./secrets.ts";

/** What a running service answers; `unreachable` when none does. */
export type ApiReply =
  | { readonly kind: "answered"; readonly data: unknown; readonly body: unknown }
  | { readonly kind: "refused"; readonly status: number; readonly error: string }
  | { readonly kind: "unreachable" };

const answersWithinMs = 10_000;

/** Asks the HTTP API of a running service, with the token of the environment. */
export async function askService(
  url: string,
  env: Env,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<ApiReply> {
  const token = variable(env, "PLUMBLINE_TOKEN");
  try {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      redirect: "error",
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      signal: AbortSignal.timeout(answersWithinMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as { data?: unknown; error?: string };
    return response.ok
      ? { kind: "answered", data: answer.data, body: answer }
      : { kind: "refused", status: response.status, error: answer.error ?? `status ${response.status}` };
  } catch {
    return { kind: "unreachable" };
  }
}
