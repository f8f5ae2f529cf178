export interface AlertWebhook {
  type: string | "plumbline.digest";
  timestamp: string;
  data: {
    version: 1;
    /**
     * the same in every message about one incident of one installation
     */
    incidentId: string;
    /**
     * the same for every incident of one cause in one installation
     */
    fingerprint: string;
    /**
     * identifies the Plumbline installation that sends the alert
     */
    installation?: string;
    /**
     * number of the transition of the incident: a higher number is newer
     */
    sequence: number;
    /**
     * digest: once a day, without an incident
     */
    event: "opened" | "reopened" | "escalated" | "reminded" | "unacknowledged" | "acknowledged" | "resolved" | "digest";
    /**
     * state of the incident after the event; information: a digest
     */
    status: "firing" | "acknowledged" | "resolved" | "information";
    /**
     * event that caused the alert
     */
    reason: string;
    at: string;
    kind:
      | "availability"
      | "expectation"
      | "policy"
      | "contract"
      | "error-shape"
      | "latency"
      | "usage"
      | "budget"
      | "output"
      | "monitor";
    severity: "breaking" | "risky" | "informative";
    tier?: "page" | "ticket";
    /**
     * the newest judged run, if the incident is no longer checked
     */
    uncheckedSince?: string;
    /**
     * one sentence that a person can act on
     */
    summary: string;
    /**
     * worst first
     *
     * @maxItems 10
     */
    changes:
      | []
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ]
      | [
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          },
          {
            /**
             * path or property that changed
             */
            what: string;
            before: string;
            after: string;
            [k: string]: unknown;
          }
        ];
    /**
     * changes left out
     */
    moreChanges: number;
    target: string;
    model: string;
    scenario: string;
    location: string;
    probe: string;
    firstBadSlot: string;
    lastGoodSlot: string | null;
    badRuns: number;
    judgedRuns: number;
    /**
     * how the incident was confirmed
     */
    confirmation?: "slots" | "many-runs" | "asked-again";
    /**
     * baseline in the comparison; null for rules without a baseline
     */
    baselineVersion: number | null;
    /**
     * other probes of the target, and the same scenario elsewhere; null: not checked
     */
    reach: {
      /**
       * @maxItems 8
       */
      affected:
        | []
        | [string]
        | [string, string]
        | [string, string, string]
        | [string, string, string, string]
        | [string, string, string, string, string]
        | [string, string, string, string, string, string]
        | [string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string];
      moreAffected: number;
      /**
       * @maxItems 8
       */
      fine:
        | []
        | [string]
        | [string, string]
        | [string, string, string]
        | [string, string, string, string]
        | [string, string, string, string, string]
        | [string, string, string, string, string, string]
        | [string, string, string, string, string, string, string]
        | [string, string, string, string, string, string, string, string];
      moreFine: number;
      /**
       * when these probes ran: the oldest of their runs
       */
      checkedAt?: string;
      [k: string]: unknown;
    } | null;
    /**
     * newest last
     *
     * @maxItems 5
     */
    evidence:
      | []
      | [
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          }
        ]
      | [
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          }
        ]
      | [
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          }
        ]
      | [
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          }
        ]
      | [
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          },
          {
            runId: string;
            traceId?: string;
            spanId?: string;
            /**
             * the provider's own id of the request
             */
            requestId?: string;
            status?: number;
            [k: string]: unknown;
          }
        ];
    /**
     * where to look first: an estimate, not a finding
     */
    likelyCause: "provider" | "network" | "credentials" | "monitor";
    nextStep: string;
    /**
     * recurrences within 14 days; missing the first time
     */
    recurrence?: string;
    /**
     * the members of a group incident
     *
     * @maxItems 200
     */
    members?: string[];
    moreMembers?: number;
    /**
     * messages that could not be delivered in time; this one replaces them
     */
    earlier?: {
      id: string;
      sequence: number;
      event: "opened" | "reopened" | "escalated" | "reminded" | "unacknowledged" | "acknowledged" | "resolved";
      at: string;
      reason: string;
      [k: string]: unknown;
    }[];
    /**
     * only in a daily digest
     */
    digest?: {
      /**
       * recent pages, and the expected number of false pages
       */
      pages: string;
      [k: string]: unknown;
    };
    /**
     * the page of the incident, when the service has a public address
     */
    page?: string;
    /**
     * actions by link, when the service has a public address
     */
    controls?: {
      act: "acknowledge" | "silence" | "accept" | "exclude" | "noise";
      text: string;
      /**
       * opens a page that asks for confirmation before it changes anything
       */
      url: string;
      expiresAt: string;
      [k: string]: unknown;
    }[];
    /**
     * made from the configuration's templates
     */
    links?: {
      text: string;
      href: string;
      [k: string]: unknown;
    }[];
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
