import { isCapSpent } from "../observation/error-facts.ts";
import type { Target } from "../probe/target.ts";
import { broken, met, named, ofChecks, open, type Rule, setting } from "./ruled.ts";
import { playAgain } from "./request-rules.ts";

/** How our client behaves towards the target; most of it is rehearsed on a wire that leads nowhere. */
export const clientRules: readonly Rule[] = [
  {
    item: "token-limits",
    condition: ({ maxTokensField }) =>
      `token-budget: the target accepts ${maxTokensField} and counts no more tokens than it allows, or refuses a cap that its reasoning spends; the client refuses a request above its size limit before it sends a byte`,
    judge(view) {
      const report = view.played("token-budget")?.report;
      const cap = named(view, "token-budget", new RegExp(`^${view.target.maxTokensField}$`));
      const ruled = ofChecks(cap.length === 0 ? [] : [...cap, ...view.checks("oversized-request")], {
        nothing: "token-budget: no reply",
        remedy: `set ${setting(view.target, "maxTokensField")} to the field that the target honours, and audit again`,
      });
      const [first] = report?.findings ?? [];
      if (report?.verdict !== "fail" || first === undefined || ruled.state === "broken") return ruled;
      const { error } = view.reply("token-budget") ?? {};
      if (error !== undefined && isCapSpent(error)) return ruled;
      return broken(`token-budget: ${first.subject}: ${first.observed}; ${ruled.evidence}`);
    },
  },
  {
    item: "timeouts",
    condition: () =>
      "forced-timeout: every phase of a request ends by its deadline, the connection closed, its usage recorded as unknown",
    judge: (view) =>
      ofChecks(view.checks("forced-timeout"), {
        nothing: "no timeout was rehearsed",
        remedy: playAgain,
        summary: deadlines(view.target),
      }),
  },
  {
    item: "retries",
    condition: () =>
      "upstream-failure: retries are bounded, wait as they are asked to, and stop at the circuit breaker",
    judge(view) {
      const { retries, circuit } = view.target.policy;
      return ofChecks(view.checks("upstream-failure"), {
        nothing: "no failure was rehearsed",
        remedy: playAgain,
        summary: `at most ${retries} more, breaker after ${circuit.failures} failures for ${circuit.openMs} ms`,
      });
    },
  },
  {
    item: "fallback",
    condition: () => "fallback: what happens when the target fails is configured, happens once, and is recorded",
    judge: (view) =>
      ofChecks(view.checks("fallback"), {
        nothing: "no fallback is configured: users see the failure",
        remedy: `set ${setting(view.target, "audit.fallback")} to what users get then, such as { retryLater: true }`,
      }),
  },
  {
    item: "redaction",
    condition: () =>
      "no key and no canary of prompt or completion is in any sink that was searched, and ids to ask the provider about are kept",
    isAbsolute: true,
    judge(view) {
      const checks = view.checks("log-redaction");
      const found = view.sinks.flatMap(({ sink, found: names }) => names.map((name) => `${name} in ${sink}`));
      const kept = checks.flatMap(({ outcome, observed }) => (outcome === "broken" ? [observed] : []));
      if (found.length + kept.length > 0) return broken([...found, ...kept].join("; "));
      if (checks.length === 0) return open("no canary was sent", playAgain);
      const searched = view.sinks.map(({ sink, bytes }) => `${sink} (${bytes} bytes)`).join(", ");
      return met(`no canary in ${searched === "" ? "what is kept of the runs" : searched}`);
    },
  },
];

function deadlines({ policy }: Target): string {
  const { connectMs, firstByteMs, firstContentMs, idleMs, totalMs } = policy;
  return `in production connect ${connectMs} ms, headers ${firstByteMs} ms, first content ${firstContentMs} ms, idle ${idleMs} ms, total ${totalMs} ms`;
}
