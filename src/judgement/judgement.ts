import { type findingKinds, severities } from "../probe/finding-kinds.ts";
import type { LearnedBaseline, Series, SeriesMemory } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import type { ContractPolicy } from "../probe/contract-policy.ts";
import type { Cadence, JudgePolicy } from "../probe/probe.ts";
import type { ClientPolicy, Target, TokenPrice } from "../probe/target.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Json } from "../std/json.ts";

/** `ok` all judged and fine · `warn` risky · `drift` outside the baseline · `fail` a fixed rule broken · `inconclusive` nothing could be said. */
export type Verdict = "ok" | "warn" | "drift" | "fail" | "inconclusive";

export type FindingKind = (typeof findingKinds)[number];

/** The worst first. */
export type Severity = (typeof severities)[number];

export function worstFirst(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}

/** One judged rule: what was expected, what was seen. Short, already free of content and secrets. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** Where: a JSON path, a metric name, a rule. Stable, so that findings of two runs can be matched. */
  readonly subject: string;
  readonly expected: string;
  readonly observed: string;
  /** Why it matters, and how unlikely it is by chance. */
  readonly why?: string | undefined;
  /** The baseline version it was judged against. */
  readonly baselineVersion?: number | undefined;
}

/** What was decided about one aspect of one run. The unit that incidents are made of. */
export type Ruling =
  | {
      readonly subject: RulingSubject;
      readonly outcome: "good";
      /** Worth knowing, and nothing to act on. */
      readonly notes?: readonly Finding[];
    }
  | {
      readonly subject: RulingSubject;
      readonly outcome: "bad";
      readonly findings: readonly Finding[];
      /** Attempts in a row that the run has made in vain, where each of them counts by itself. */
      readonly failures?: number;
      /** Asked again at once and seen again: need not wait for other slots. */
      readonly isConfirmed?: boolean;
    }
  | {
      readonly subject: RulingSubject;
      readonly outcome: "unjudged";
      readonly reason: string;
      /** Another look soon would show whether it was chance. */
      readonly asksAgain?: boolean;
    };

/** Names an incident's cause without volatile values: its hash is the incident's fingerprint. */
export interface RulingSubject {
  readonly kind: FindingKind;
  /** Id of the series for baseline judges, the name of the rule set for fixed ones. */
  readonly series: string;
  readonly label: string;
}

export interface JudgeInput {
  readonly scenario: Scenario;
  readonly observation: Observation;
  /** All of the run, in order. */
  readonly done?: readonly Observation[] | undefined;
  readonly target?: Pick<Target, "model" | "answerTokens" | "sameAs"> | undefined;
  readonly series: Series;
  readonly memory: SeriesMemory | undefined;
  readonly policy: JudgePolicy;
  readonly client?: ClientPolicy | undefined;
  /** A fixed rule does not hold: nothing is learned from the reply. */
  readonly isBroken?: boolean;
  /** Fixed rules that this very reply breaks. */
  readonly broken?: readonly Finding[];
  readonly contract?: ContractPolicy | undefined;
  /** In force for its target; undefined: unknown. */
  readonly price?: TokenPrice | undefined;
  readonly cadence: Cadence;
  readonly slotMs: number;
}

export interface JudgeOutput {
  readonly ruling: Ruling;
  /** About another subject of the same series. */
  readonly also?: Ruling | undefined;
  /** What to remember; undefined leaves the memory as it is. */
  readonly state?: Json | undefined;
  readonly accept?: LearnedBaseline | undefined;
  /** Another run within minutes would show whether a move is chance. */
  readonly suspects?: boolean | undefined;
  /** Fixed rules, by subject, that this judge counts over many runs: they leave incidents to it. */
  readonly watches?: readonly string[] | undefined;
}

/** One pure judge: no I/O, no clock, no randomness. */
export interface Judge {
  readonly aspect: Series["aspect"];
  /** Judges a run as a whole: asked once, with its last observation. */
  readonly seesWholeRuns?: boolean;
  /** Judges runs as well in which a fixed rule is broken. */
  readonly seesFailures?: boolean;
  /** Judges runs as well that a time-out has broken, as far as it says how long they took at least. */
  readonly seesTimeouts?: boolean;
  /** The series an observation belongs to: suffixes of ids, none when this judge has nothing to say about it. */
  seriesOf(observation: Observation, scenario: Scenario): readonly { readonly key: string; readonly label: string }[];
  judge(input: JudgeInput): JudgeOutput;
}
