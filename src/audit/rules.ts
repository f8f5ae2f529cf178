import type { ReplyFacts } from "../observation/observation.ts";
import type { JsonKind } from "../std/json.ts";
import type { Check } from "../scenario/scenario.ts";
import { broken, met, named, ofChecks, open, type Ruled } from "./ruled.ts";
import { isAnswered, type AuditView } from "./view.ts";

/** One condition of taking production traffic. */
export interface Rule {
  /** By this name a risk is accepted in the configuration. */
  readonly item: string;
  readonly condition: string;
  /** Such a breach is nobody's to accept. */
  readonly isAbsolute?: boolean;
  readonly judge: (view: AuditView) => Ruled;
}

/** Requests that are wrong in a way every server should notice, and those that some servers take. */
export const wrongRequests = ["malformed-messages", "broken-json"] as const;
export const questionableRequests = [
  "missing-model",
  "unsupported-role",
  "impossible-token-limit",
  "unknown-parameter",
  "unavailable-model",
] as const;

const keyScenarios = ["invalid-key", "missing-key", "revoked-key"] as const;

/** The explicit table behind READY and NOT READY. */
export const rules: readonly Rule[] = [
  {
    item: "endpoint",
    condition: "the endpoint answers where it is configured, and a wrong path is not answered with a completion",
    judge(view) {
      const reply = view.reply("valid-request");
      const isApi = reply?.status === 200 && reply.bodyForm === "json";
      const line = `valid request: ${view.outcome("valid-request")}; wrong path: ${view.outcome("wrong-path")}`;
      return isApi && !isAnswered(view.reply("wrong-path")) ? met(line) : broken(line);
    },
  },
  {
    item: "authentication",
    condition: "a key that is invalid, missing or revoked is refused",
    isAbsolute: true,
    judge(view) {
      if (view.target.key === undefined) return open("no key is configured: whoever reaches the target may use it");
      const asked = keyScenarios.filter((name) => (view.played(name)?.observations.length ?? 0) > 0);
      const line = asked.map((name) => `${name}: ${view.outcome(name)}`).join("; ");
      const replies = asked.map((name) => view.reply(name));
      if (replies.some((reply) => isAnswered(reply))) return broken(line);
      if (!isServing(view)) return open(`the configured key is not answered either; ${line}`);
      return asked.length > 0 && replies.every(isRefusal) ? met(line) : open(line);
    },
  },
  {
    item: "authentication-not-retried",
    condition: "a refused key is not tried again",
    isAbsolute: true,
    judge: (view) =>
      ofChecks(
        keyScenarios.flatMap((name) => notRetried(view, name)),
        "no key was refused",
      ),
  },
  {
    item: "valid-requests",
    condition: "valid requests complete through the production client path, plain and streamed",
    judge(view) {
      const names = ["valid-request", "streamed-request"] as const;
      const reports = names.map((name) => view.played(name)?.report);
      const line = reports
        .map((report, index) => `${names[index]}: ${report?.verdict ?? "not run"}${firstFinding(report?.findings)}`)
        .join("; ");
      if (reports.some((report) => report === undefined)) return open(line);
      return reports.every((report) => report?.verdict !== "fail") ? met(line) : broken(line);
    },
  },
  {
    item: "fields",
    condition: "the client reads only documented fields, and they are there",
    judge(view) {
      const shape = view.reply("valid-request")?.shape ?? {};
      const paths = Object.keys(clientFields);
      const unlike = paths.filter((path) => !clientFields[path]?.some((kind) => shape[path]?.includes(kind)));
      if (unlike.length === 0) return met(`read and present: ${paths.join(", ")}`);
      const seen = unlike.map((path) => `${path} ${shape[path]?.join("|") ?? "absent"}`);
      return broken(`read by the client and not as documented: ${seen.join(", ")}`);
    },
  },
  {
    item: "invalid-requests",
    condition: "invalid requests fail safely: refused as such, without a completion",
    judge(view) {
      const line = wrongRequests.map((name) => `${name}: ${view.outcome(name)}`).join("; ");
      const replies = wrongRequests.map((name) => view.reply(name));
      if (replies.some((reply) => reply === undefined)) return broken(line);
      const areRefused = replies.every((reply) => !isAnswered(reply) && (reply?.status ?? 0) >= 400);
      if (areRefused && !isServing(view)) return open(`a valid request is not answered either; ${line}`);
      return areRefused ? met(line) : broken(line);
    },
  },
  {
    item: "validation-not-retried",
    condition: "a request refused for what it says is not sent again",
    judge: (view) =>
      ofChecks(
        [...wrongRequests, ...questionableRequests, "wrong-path"].flatMap((name) => notRetried(view, name)),
        "nothing was refused",
      ),
  },
  {
    item: "token-limits",
    condition: "output stays within the cap, and the client refuses oversized prompts before sending",
    judge(view) {
      const report = view.played("token-budget")?.report;
      const cap = named(view, "token-budget", new RegExp(`^${view.target.maxTokensField}$`));
      const size = view.checks("oversized-request");
      const line = [...cap, ...size].map(({ subject, observed }) => `${subject}: ${observed}`).join("; ");
      if (report === undefined || size.length === 0) return open(line || "not played");
      const isCapped = report.verdict !== "fail" && !cap.some(({ outcome }) => outcome === "broken");
      return isCapped && size.every(({ outcome }) => outcome === "held") ? met(line) : broken(line);
    },
  },
  {
    item: "timeouts",
    condition: "every phase of a request ends by its deadline, the connection closed, its usage recorded as unknown",
    judge: (view) => ofChecks(view.checks("forced-timeout"), "no time-out was rehearsed", deadlines(view)),
  },
  {
    item: "retries",
    condition: "retries are bounded, wait as they are asked to, and stop at the circuit breaker",
    judge(view) {
      const { retries, circuit } = view.target.policy;
      const gate = `at most ${retries} more, breaker after ${circuit.failures} failures for ${circuit.openMs} ms`;
      return ofChecks(view.checks("upstream-failure"), "no failure was rehearsed", gate);
    },
  },
  {
    item: "fallback",
    condition: "what happens when the target fails is configured, happens once, and is seen",
    judge: (view) => ofChecks(view.checks("fallback"), "no fallback is configured: users see the failure"),
  },
  {
    item: "no-masking",
    condition: "no fallback of a gateway hides an incident",
    judge: (view) => ofChecks(named(view, "valid-request", /^served by/), "no valid reply"),
  },
  {
    item: "redaction",
    condition: "no key, prompt or completion in any sink, and enough in them to ask the provider",
    isAbsolute: true,
    judge(view) {
      const checks = view.checks("log-redaction");
      const found = view.sinks.flatMap(({ sink, found: names }) => names.map((name) => `${name} in ${sink}`));
      const kept = checks.flatMap(({ outcome, observed }) => (outcome === "broken" ? [observed] : []));
      if (found.length + kept.length > 0) return broken([...found, ...kept].join("; "));
      if (checks.length === 0) return open("no canary was sent");
      const searched = view.sinks.map(({ sink, bytes }) => `${sink} (${bytes} bytes)`).join(", ");
      return met(`no canary in ${searched === "" ? "what is kept of the runs" : searched}`);
    },
  },
  {
    item: "usage",
    condition: "usage is reported, adds up, and is the same streamed as plain",
    judge(view) {
      const reply = view.reply("valid-request");
      if (reply?.usage === undefined) return broken("the reply to a valid request reports no usage");
      const checks = [...named(view, "valid-request", /tokens$/), ...view.checks("stream-agrees")];
      return ofChecks(checks, "nothing to compare");
    },
  },
  {
    item: "billing",
    condition: "somebody can say how usage is reconciled with the provider's own figures",
    judge(view) {
      const counted = named(view, "usage-reconciliation", /^counted: /);
      const line = counted
        .map(({ subject, observed }) => `${subject.replace("counted: ", "")}: ${observed}`)
        .join("; ");
      if (view.target.audit?.billing === undefined) return open("no billing source is configured");
      const plain = counted.find(({ subject }) => subject === "counted: plain");
      return plain?.outcome === "held" && plain.observed.startsWith("yes") ? met(line) : open(line || "no figures");
    },
  },
  {
    item: "documentation",
    condition: "the page that the contract was checked against is named, with the date",
    judge({ target }) {
      const page = target.audit?.documentation;
      return page === undefined ? open("no documentation is configured") : met(`${page.url}, checked ${page.checked}`);
    },
  },
];

/** A refusal says something only of a target that answers what is right. */
function isServing(view: AuditView): boolean {
  return isAnswered(view.reply("valid-request")) || isAnswered(view.reply("streamed-request"));
}

/** Refused by somebody who looked at it: not lost, put off, or broken. */
function isRefusal(reply: ReplyFacts | undefined): boolean {
  if (reply === undefined) return false;
  const { status, error } = reply;
  return status < 400 ? error !== undefined : status < 500 && ![404, 405, 408, 429].includes(status);
}

/** What our client reads of a plain reply, and of which kind it is documented to be. */
const clientFields: Readonly<Record<string, readonly JsonKind[]>> = {
  "$.choices[].message.content": ["string", "null"],
  "$.choices[].finish_reason": ["string"],
  "$.usage.prompt_tokens": ["integer"],
  "$.usage.completion_tokens": ["integer"],
};

function notRetried(view: AuditView, scenario: string): Check[] {
  return named(view, scenario, /not retried/).map((check) => ({ ...check, subject: `${scenario} not retried` }));
}

function deadlines({ target: { policy } }: AuditView): string {
  const { connectMs, firstByteMs, firstContentMs, idleMs, totalMs } = policy;
  return `in production connect ${connectMs} ms, headers ${firstByteMs} ms, first content ${firstContentMs} ms, idle ${idleMs} ms, total ${totalMs} ms`;
}

function firstFinding(findings: readonly { subject: string; observed: string }[] = []): string {
  const [first] = findings;
  return first === undefined ? "" : ` (${first.subject}: ${first.observed})`;
}
