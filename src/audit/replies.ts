import { learnShape } from "../judgement/contract/accept-shape.ts";
import type { Json } from "../std/json.ts";
import type { PlayedScenario } from "./view.ts";

/** What the replies of one scenario were made of: what its probe may begin with as normal. */
export interface AuditedShape {
  readonly scenario: string;
  readonly aspect: "contract" | "error-shape";
  /** Replies it was learned from. */
  readonly n: number;
  readonly learned: Json;
}

/** Of scenarios that ask the target one thing: of several a probe keeps a baseline each, and an audit can't say which. */
export function audited(played: readonly PlayedScenario[]): AuditedShape[] {
  return played.flatMap(({ scenario, report, observations }): AuditedShape[] => {
    const asked = observations.filter(
      ({ injected, isAuxiliary, via }) => injected === undefined && !isAuxiliary && via === undefined,
    );
    const replies = asked.filter(({ outcome }) => outcome.kind === "reply");
    const calls = new Set(asked.map(({ call, mode }) => `${call}/${mode}`));
    if (report.verdict === "fail" || replies.length === 0 || calls.size !== 1) return [];
    const aspect = scenario.polarity === "negative" ? "error-shape" : "contract";
    return [{ scenario: scenario.name, aspect, n: replies.length, learned: learnShape(replies) }];
  });
}
