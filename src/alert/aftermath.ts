import type { Incident, Transition } from "../incident/incident.ts";
import type { OutboxEntry } from "./alert.ts";

/** What follows from something that was judged; written together with it, or not at all. */
export interface Aftermath {
  /** Changed incidents only. */
  readonly incidents: readonly Incident[];
  readonly transitions: readonly Transition[];
  readonly outbox: readonly OutboxEntry[];
}
