import type { ControlCommands } from "../cli/control-words.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import type { Incident } from "../incident/incident.ts";
import type { Silence } from "../incident/mute.ts";
import { deliveryLines, incidentLines, incidentStory, silenceLines } from "../report/incident-text.ts";
import type { DeliveryView, IncidentHistory } from "../run/control.ts";
import { systemClock } from "../std/clock.ts";
import { type ApiReply, askService } from "./api-client.ts";

type Method = Parameters<typeof askService>[2];

/** The control commands, each a question to the HTTP API of a running service. */
export function createControlCommands(io: Io): ControlCommands {
  const { env, stdout } = io;

  async function ask<Data>(
    { url, json }: { readonly url: string; readonly json: boolean },
    [method, path, body]: readonly [Method, string, object?],
    show: (data: Data) => string,
  ): Promise<number> {
    const reply = await askService(url, env, method, path, body);
    if (reply.kind !== "answered") return sayRefusal(io, url, reply);
    // The service has checked what it sends against the schemas of its API.
    stdout.write(json ? `${JSON.stringify(reply.body)}\n` : show(reply.data as Data));
    return exitCodes.fine;
  }

  const of = (id: string): string => encodeURIComponent(id);
  return {
    incidents: (options) =>
      ask<Incident[]>(options, ["GET", `/incidents?state=${options.all ? "all" : "open"}`], (incidents) =>
        incidentLines(incidents, systemClock.nowMs()),
      ),
    incident: (id, options) => ask<IncidentHistory>(options, ["GET", `/incidents/${of(id)}`], incidentStory),
    act: (what, id, why, options) =>
      ask<Incident>(options, ["POST", `/incidents/${of(id)}/${what}`, { why }], (incident) =>
        incidentLines([incident], systemClock.nowMs()),
      ),
    silences: (options) => ask<Silence[]>(options, ["GET", "/silences"], silenceLines),
    silence: (wanted, options) =>
      ask<Silence>(options, ["POST", "/silences", wanted], (silence) => silenceLines([silence])),
    expireSilence: (id, options) => ask(options, ["DELETE", `/silences/${of(id)}`], () => `${id} has ended\n`),
    deliveries: (state, options) =>
      ask<DeliveryView[]>(options, ["GET", `/deliveries?state=${of(state)}`], deliveryLines),
    retryDelivery: (id, options) =>
      ask(options, ["POST", `/deliveries/${of(id)}/retry`], () => `${id} is tried again\n`),
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
