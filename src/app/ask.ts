import { exitCodes, type Io } from "../cli/io.ts";
import { type ApiReply, askService } from "./api-client.ts";

type Method = Parameters<typeof askService>[2];
type Where = { readonly url: string; readonly json: boolean };

/** Asks a running service one thing and shows its answer; resolves to the exit code. */
export function createAsk(io: Io) {
  return async function ask<Data>(
    { url, json }: Where,
    [method, path, body]: readonly [Method, string, object?],
    show: (data: Data) => string,
  ): Promise<number> {
    const reply = await askService(url, io.env, method, path, body);
    if (reply.kind !== "answered") return sayRefusal(io, url, reply);
    // The service has checked what it sends against the schemas of its API.
    io.stdout.write(json ? `${JSON.stringify(reply.body)}\n` : show(reply.data as Data));
    return exitCodes.fine;
  };
}

/** Says why a running service did not do what was asked, and what to do; the result is the exit code. */
export function sayRefusal({ stderr }: Io, url: string, reply: Exclude<ApiReply, { kind: "answered" }>): number {
  if (reply.kind === "unreachable") {
    stderr.write(
      `${url} does not answer. Is the service running? plumbline start begins it; --url names another place.\n`,
    );
    return exitCodes.unhealthy;
  }
  const next = reply.status === 401 ? " Put a token into PLUMBLINE_TOKEN." : "";
  stderr.write(`${url} refuses: ${reply.error}.${next}\n`);
  return exitCodes.usage;
}
