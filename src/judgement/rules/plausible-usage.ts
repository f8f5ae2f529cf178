import type { Observation } from "../../observation/observation.ts";
import type { Ruling, RulingSubject } from "../judgement.ts";

const label = "plausible usage";

/** Usage that cannot be true of the request that was sent. The run is settled at its reservation. */
export function judgePlausibleUsage({ call, outcome }: Observation): Ruling[] {
  if (outcome.kind === "fault") return [];
  const subject: RulingSubject = { kind: "usage", series: `${call}/${label}`, label };
  const { usage, implausibleUsage: found } = outcome;
  if (found === undefined) return usage === undefined ? [] : [{ subject, outcome: "good" }];
  const finding = {
    kind: "usage",
    severity: "breaking",
    subject: "implausible usage",
    expected: `at most ${numberText(found.possible)} possible`,
    observed: `${numberText(found.reported)} ${found.count} reported`,
    why: "the usage is not counted: the run is settled at its reservation",
  } as const;
  return [{ subject, outcome: "bad", findings: [finding] }];
}

/** Says nothing of the reply itself: whether the run could be judged is for others to say. */
export function isPlausibilityOnly({ subject }: Ruling): boolean {
  return subject.kind === "usage" && subject.label === label;
}

/** `9,000,000,000,000`, `1.0e+300` */
function numberText(value: number): string {
  return Math.abs(value) < 1e15 ? value.toLocaleString("en-US", { maximumFractionDigits: 6 }) : value.toExponential(1);
}
