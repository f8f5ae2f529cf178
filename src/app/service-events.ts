import type { Receiver } from "../probe/receiver.ts";
import { incidentOfKey } from "../receivers/incident-key.ts";
import { eventSecret, kindOf } from "../receivers/receivers.ts";
import { systemClock } from "../std/clock.ts";
import type { ServiceEventsWorld } from "../web/service-events.ts";
import type { Secrets } from "./secrets.ts";

/** Who of the receivers listens to its service; undefined: none does. */
export function serviceEventsOf(
  receivers: readonly Receiver[],
  secrets: Pick<Secrets, "peek">,
  installation: string,
): ServiceEventsWorld | undefined {
  const listening = new Map(
    receivers.filter((receiver) => eventSecret(receiver) !== undefined).map((one) => [one.name, one]),
  );
  if (listening.size === 0) return undefined;
  return {
    nowMs: () => systemClock.nowMs(),
    read(name, request) {
      const receiver = listening.get(name);
      const ref = receiver && eventSecret(receiver);
      const secret = ref && secrets.peek(ref);
      if (receiver === undefined || secret === undefined) return undefined;
      const event = kindOf(receiver).events?.read(request, secret);
      if (event?.kind !== "acknowledged") return event;
      // Other installations may send to the same service.
      const key = incidentOfKey(event.key, installation);
      return key === undefined ? { kind: "other" } : { ...event, key };
    },
  };
}
