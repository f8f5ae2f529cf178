/** Whether an incident may wake somebody, or can wait until somebody is at work. */
export type Tier = "page" | "ticket";

/** What of an incident silences, routes and maintenance windows can match. */
export const matchableMembers = ["target", "probe", "scenario", "location", "kind", "severity", "tier"] as const;
export type MatchableMember = (typeof matchableMembers)[number];

/** Each given member must match one of its patterns, in which `*` stands for any characters. */
export type AlertMatcher = { readonly [Member in MatchableMember]?: readonly string[] | undefined };

/** Who is told of what matches, and who after them. */
export interface Route {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly receivers: readonly string[];
  /** Who else is told when nobody has acknowledged it for so long. */
  readonly escalate?: { readonly afterMs: number; readonly receivers: readonly string[] } | undefined;
}

/** When a receiver is at work, by the clocks of its time zone. */
export interface Hours {
  readonly tz: string;
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; a window that ends before it begins ends on the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** What happens outside: kept until the window opens, or not told at all. */
  readonly outside: "hold" | "skip";
  /** Whether pages keep to the hours as well. */
  readonly pages: "always" | "within";
}

/** How one receiver wants to be told. */
export interface DeliveryPolicy {
  readonly hours?: Hours | undefined;
  /** Messages about what is wrong within any hour; what is over it comes as one digest. */
  readonly maxPerHour?: number | undefined;
}

/** A time that comes again and again, in which nobody is told of what matches. */
export interface MaintenanceWindow {
  readonly name: string;
  readonly match: AlertMatcher;
  readonly cron: string;
  readonly tz: string;
  readonly forMs: number;
}

/** When a day ends, and who is told of it. */
export interface DigestTimes {
  /** Minutes of the day by the clocks of `tz`. */
  readonly atMinute: number;
  readonly tz: string;
  readonly receivers: readonly string[];
}

export interface Alerting {
  /** All that match apply; without any, and where none leads to anybody, everybody is told. */
  readonly routes: readonly Route[];
  /** By the receiver's name. */
  readonly policies: Readonly<Record<string, DeliveryPolicy>>;
  readonly maintenance: readonly MaintenanceWindow[];
  /** An outage or a move waits so long for others with the same cause, to be told as one. */
  readonly groupWaitMs: number;
  /** None: no digest is made. */
  readonly digest?: DigestTimes | undefined;
}

/** Everybody is told of everything at once. */
export const plainAlerting: Alerting = { routes: [], policies: {}, maintenance: [], groupWaitMs: 0 };
