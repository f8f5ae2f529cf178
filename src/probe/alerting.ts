/** page: may wake someone; ticket: can wait for working hours. */
export type Tier = "page" | "ticket";

/** What of an incident silences, routes and maintenance windows can match. */
export const matchableMembers = ["target", "probe", "scenario", "location", "kind", "severity", "tier"] as const;
export type MatchableMember = (typeof matchableMembers)[number];

/** Each given member must match one of its patterns, in which `*` stands for any characters. */
export type AlertMatcher = { readonly [Member in MatchableMember]?: readonly string[] | undefined };

/** Who is notified of matching incidents, and who after them. */
export interface Route {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly receivers: readonly string[];
  /** Who else is notified when nobody acknowledges the incident within this time. */
  readonly escalate?: { readonly afterMs: number; readonly receivers: readonly string[] } | undefined;
}

/** The working hours of a receiver, in its time zone. */
export interface Hours {
  readonly tz: string;
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; a window that ends before it starts ends on the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** What happens outside: messages are held until the hours begin, or skipped. */
  readonly outside: "hold" | "skip";
  /** Whether pages keep to the working hours as well. */
  readonly pages: "always" | "within";
}

/** When and how often one receiver is notified. */
export interface DeliveryPolicy {
  readonly hours?: Hours | undefined;
  /** The most firing alerts within an hour; one summary names the rest. */
  readonly maxPerHour?: number | undefined;
}

/** A recurring time in which nobody is notified of matching incidents. */
export interface MaintenanceWindow {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly cron: string;
  readonly tz: string;
  readonly forMs: number;
}

/** When the daily digest is sent, and to whom. */
export interface DigestTimes {
  /** Minutes since midnight in `tz`. */
  readonly atMinute: number;
  readonly tz: string;
  readonly receivers: readonly string[];
}

/** When receivers are tested, and which. */
export interface TestTimes extends DigestTimes {
  /** 0 is Sunday. */
  readonly days: readonly number[];
}

export interface Alerting {
  /** All that match apply; without routes, and where none matches, every receiver is notified. */
  readonly routes: readonly Route[];
  /** By the receiver's name. */
  readonly policies: Readonly<Record<string, DeliveryPolicy>>;
  readonly maintenance: readonly MaintenanceWindow[];
  /** How long an outage or a move waits for others with the same cause, to be sent as one message. */
  readonly groupWaitMs: number;
  /** How many other probes are run at once when one finds something new, and how long its alert waits for them. */
  readonly neighbours: { readonly most: number; readonly waitMs: number };
  /** Omitted: no digest. */
  readonly digest?: DigestTimes | undefined;
  /** Omitted: receivers are not tested. */
  readonly receiverTests?: TestTimes | undefined;
}

/** Every receiver is notified of everything at once. */
export const plainAlerting: Alerting = {
  routes: [],
  policies: {},
  maintenance: [],
  groupWaitMs: 0,
  neighbours: { most: 0, waitMs: 0 },
};
