import type { Incident, Transition } from "../incident/incident.ts";
import type { OutboxEntry } from "./compose/alert.ts";
import type { RouteDecision } from "./route/route.ts";

/** What follows from a judgement; written in the same transaction. */
export interface Effects {
  /** Changed incidents only. */
  readonly incidents: readonly Incident[];
  readonly transitions: readonly NotifiedTransition[];
  readonly outbox: readonly OutboxEntry[];
}

export interface NotifiedTransition extends Transition {
  /** Who was notified, and why the others were not. */
  readonly routes: readonly RouteDecision[];
}

export const nothingFollows: Effects = { incidents: [], transitions: [], outbox: [] };
