import type { ControlCommands } from "../cli/control-words.ts";
import type { Io } from "../cli/io.ts";
import type { Incident } from "../incident/incident.ts";
import type { Silence } from "../incident/silence.ts";
import { actLines } from "../report/baseline-text.ts";
import { deliveryLines, incidentLines, incidentStory, silenceLines } from "../report/incident-text.ts";
import type { AuditEntry, DeliveryView, IncidentHistory } from "../operate/control.ts";
import { exclusionText, noiseLines } from "../report/series-act-text.ts";
import type { Exclusion, Marked } from "../operate/series-feedback.ts";
import { systemClock } from "../std/clock.ts";
import { createAsk } from "./ask.ts";

/** The control commands, each a question to the HTTP API of a running service. */
export function createControlCommands(io: Io): ControlCommands {
  const ask = createAsk(io);
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
    exclude: (id, why, options) =>
      ask<Exclusion>(options, ["POST", `/incidents/${of(id)}/exclude`, { why }], exclusionText),
    noise: (id, why, options) => ask<Marked>(options, ["POST", `/incidents/${of(id)}/noise`, { why }], noiseLines),
    acts: (options) => ask<AuditEntry[]>(options, ["GET", "/acts"], actLines),
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
