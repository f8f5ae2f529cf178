import { choices } from "../../scenario/same-model/choices.ts";
import type { Fingerprint } from "../../scenario/same-model/fingerprint.ts";
import type { JudgePolicy } from "../../probe/probe.ts";
import { minuteText } from "../../std/time.ts";
import { longDuration } from "../drift/baseline/describe-card.ts";
import { answersText, decimalsText, labelOf, pooled } from "./describe-change.ts";
import { decimalsCell } from "./logprobs.ts";

/** What the answers of an enrolled endpoint are like, a line each, for people. */
export function fingerprintLines(fingerprint: Fingerprint, policy: JudgePolicy | undefined): string[] {
  const { variant, borders, regimes, axes, names, n, fromMs, toMs } = fingerprint;
  const honoured = [
    ...(variant.logprobs ? ["logprobs"] : []),
    ...(variant.temperature ? ["temperature"] : []),
    `max_tokens ${variant.maxTokens}`,
  ];
  const all = pooled(regimes);
  const decimals = decimalsText(all[decimalsCell]);
  const isVaried = choices.some(({ cell }) => Object.keys(all[cell]?.counts ?? {}).length > 1);
  return [
    `${n} answers, ${minuteText(fromMs)} to ${minuteText(toMs)}; honours ${honoured.join(", ")}`,
    `${regimes.length === 1 ? "one back end, or several that mix evenly" : `${regimes.length} back ends that take turns`}; ${borders.length} border inputs, ${Object.keys(axes).length} tokens with log-probabilities`,
    ...(decimals.startsWith("rounded") ? [`log-probabilities are ${decimals}: smaller changes cannot be seen`] : []),
    ...(variant.logprobs || borders.length > 0
      ? []
      : ["only random choices are compared: small changes such as 4-bit weights cannot be seen"]),
    ...(isVaried
      ? []
      : ["answers do not vary: the temperature seems to be ignored, and replayed answers cannot be seen"]),
    ...(Object.keys(names).length === 0 ? [] : [`replies name ${Object.keys(names).slice(0, 4).join(", ")}`]),
    ...Object.entries(all).map(([cell, answers]) => {
      const token = cell.startsWith("token/") ? axes[cell.slice(6)] : undefined;
      return `  ${labelOf(cell)}: ${answersText(answers, token)}`;
    }),
    ...(policy === undefined
      ? []
      : [`promise: at most one false page in ${longDuration(policy.drift.falsePageEveryMs)}`]),
  ];
}
