import type { Effects, NotifiedTransition } from "../notify/effects.ts";
import type { DeliveryOutcome } from "../notify/compose/alert.ts";
import type { Digest } from "../notify/compose/digest-message.ts";
import { notify } from "../notify/route/notify.ts";
import { acknowledge, type OperationResult, resolveByHand } from "../incident/acknowledge.ts";
import type { Incident } from "../incident/incident.ts";
import type { Silence, SilenceMatcher } from "../incident/silence.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { type DigestStore, digestNow } from "../upkeep/digest.ts";
import { createProbes, type ProbeStore, type Probes } from "./probes.ts";
import { type BaselineStore, type Baselines, createBaselines } from "./baselines.ts";
import {
  createSeriesFeedback,
  type PlannedStore,
  type SeriesFeedback,
  type SeriesChangeStore,
} from "./series-feedback.ts";

/** One incident with everything that became of it. */
export interface IncidentHistory {
  readonly incident: Incident;
  /** Oldest first, each with who was told and why the others were not. */
  readonly transitions: readonly NotifiedTransition[];
  readonly deliveries: readonly DeliveryView[];
}

export interface DeliveryView {
  readonly id: string;
  readonly incidentId: string;
  readonly sequence: number;
  readonly receiver: string;
  readonly summary: string;
  /** `carried`: another message tells of it instead. */
  readonly state: "pending" | "delivered" | "failed" | "carried";
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  readonly lastOutcome?: DeliveryOutcome | undefined;
}

/** What a person has done, kept for those who ask later. */
export interface AuditEntry {
  readonly by: string;
  readonly what:
    | "acknowledge"
    | "resolve"
    | "silence"
    | "expire-silence"
    | "retry-delivery"
    | "accept-baseline"
    | "reject-baseline"
    | "import-baseline"
    | "run-now"
    | "pause"
    | "resume"
    | "exclude-incident"
    | "mark-noise"
    | "plan-change"
    | "cancel-plan";
  readonly subject: string;
  readonly why: string;
  readonly atMs: number;
}

/** What people's acts ask of the store. Each writes its act in the same transaction. */
export interface ControlStore {
  /** Newest first; only those that are not over unless `all`. */
  incidents(all: boolean, limit: number): Promise<readonly Incident[]>;
  history(incidentId: string): Promise<IncidentHistory | undefined>;
  /** Lets `change` see the newest state of the incident and writes what it returns; undefined writes nothing. */
  changeIncident(
    fingerprint: string,
    act: AuditEntry,
    change: (incident: Incident) => Effects | undefined,
  ): Promise<void>;
  silences(nowMs: number): Promise<readonly Silence[]>;
  addSilence(silence: Silence, act: AuditEntry): Promise<void>;
  /** Newest first. */
  acts(limit: number): Promise<readonly AuditEntry[]>;
  /** False when there is none of that id in force or to come. */
  endSilence(id: string, act: AuditEntry): Promise<boolean>;
  deliveries(state: DeliveryView["state"], limit: number): Promise<readonly DeliveryView[]>;
  /**
   * Makes a given-up delivery due again, under its old id. False when there is none, or when the receiver knows of a
   * newer state of the same incident, which an old message would contradict.
   */
  retryDelivery(id: string, act: AuditEntry): Promise<boolean>;
}

export interface ControlWorld {
  readonly book: ControlStore & BaselineStore & ProbeStore & PlannedStore & SeriesChangeStore & DigestStore;
  readonly clock: Clock;
  /** A new name for something, never used before. */
  readonly freshId: (kind: "sil" | "plan") => string;
  /** All that are configured. */
  readonly probes: readonly Probe[];
  /** Puts a slot into the queue of its location. */
  readonly enqueue: (probe: Probe, slotMs: number) => Promise<void>;
  readonly nextSlotMs: (probe: Probe, nowMs: number) => number | undefined;
  /** Who hears of a probe's incidents. */
  readonly receiversOf: (probeId: string) => readonly string[];
  /** Called when something may have become due. */
  readonly nudge: () => void;
}

export interface NewSilence {
  readonly matcher: SilenceMatcher;
  readonly startsAtMs?: number | undefined;
  readonly durationMs: number;
  readonly why: string;
}

export interface Digests {
  /** As it would be told now; ends no day. */
  now(): Promise<Digest>;
  /** The one that was made last. */
  last(): Promise<Digest | undefined>;
}

/** What a person can ask and do while the service runs. */
export interface Control {
  readonly baselines: Baselines;
  readonly probes: Probes;
  readonly seriesActs: SeriesFeedback;
  readonly digests: Digests;
  /** What people did, newest first. */
  acts(): Promise<readonly AuditEntry[]>;
  incidents(all: boolean): Promise<readonly Incident[]>;
  incident(id: string): Promise<IncidentHistory | undefined>;
  act(what: "acknowledge" | "resolve", id: string, by: string, why: string): Promise<OperationResult | undefined>;
  silences(): Promise<readonly Silence[]>;
  silence(wanted: NewSilence, by: string): Promise<Silence>;
  expireSilence(id: string, by: string): Promise<boolean>;
  deliveries(state: DeliveryView["state"]): Promise<readonly DeliveryView[]>;
  retryDelivery(id: string, by: string): Promise<boolean>;
}

const mostListed = 500;

export function createControl(world: ControlWorld): Control {
  const { book, clock, freshId, probes, enqueue, nextSlotMs, receiversOf, nudge } = world;
  const control: Control = {
    baselines: createBaselines({
      book,
      clock,
      policyOf: (id) => probes.find((probe) => probe.id === id)?.judge,
      resolve: (id, by, why) => control.act("resolve", id, by, why),
    }),
    seriesActs: createSeriesFeedback({
      book,
      clock,
      freshId,
      probes,
      resolve: (id, by, why) => control.act("resolve", id, by, why),
    }),
    probes: createProbes({ book, clock, probes, enqueue, nextSlotMs }),
    digests: { now: () => digestNow({ store: book, probes }, clock.nowMs()), last: () => book.lastDigest() },
    acts: () => book.acts(mostListed),
    incidents: (all) => book.incidents(all, mostListed),
    incident: (id) => book.history(id),

    async act(what, id, by, why) {
      const known = await book.history(id);
      if (known === undefined) return undefined;
      const act: AuditEntry = { by, what, subject: id, why, atMs: clock.nowMs() };
      let result: OperationResult = { kind: "refused", reason: "it is over, and another has begun since" };
      await book.changeIncident(known.incident.fingerprint, act, (incident) => {
        if (incident.episode !== known.incident.episode) return undefined;
        result = (what === "acknowledge" ? acknowledge : resolveByHand)(incident, act);
        return result.kind === "refused"
          ? undefined
          : notify(result.incident, result.transition, receiversOf(incident.probeId));
      });
      nudge();
      return result;
    },

    silences: () => book.silences(clock.nowMs()),

    async silence({ matcher, startsAtMs, durationMs, why }, by) {
      const atMs = clock.nowMs();
      const from = startsAtMs ?? atMs;
      const silence: Silence = { id: freshId("sil"), matcher, startsAtMs: from, endsAtMs: from + durationMs, by, why };
      await book.addSilence(silence, { by, what: "silence", subject: silence.id, why, atMs });
      return silence;
    },

    expireSilence: (id, by) =>
      book.endSilence(id, { by, what: "expire-silence", subject: id, why: "no longer needed", atMs: clock.nowMs() }),

    deliveries: (state) => book.deliveries(state, mostListed),

    async retryDelivery(id, by) {
      const act: AuditEntry = { by, what: "retry-delivery", subject: id, why: "asked for", atMs: clock.nowMs() };
      const isDone = await book.retryDelivery(id, act);
      nudge();
      return isDone;
    },
  };
  return control;
}
