import type { ReplyFacts } from "../observation/observation.ts";
import type { Target } from "../probe/target.ts";
import type { Check } from "../scenario/scenario.ts";
import { broken, listOf, met, named, ofChecks, open, type Rule, setting } from "./ruled.ts";
import { type AuditView, isAnswered } from "./view.ts";

/** Requests that are wrong in a way every server should notice, and those that some servers take. */
export const wrongRequests = ["malformed-messages", "broken-json"] as const;
export const questionableRequests = [
  "missing-model",
  "unsupported-role",
  "impossible-token-limit",
  "unknown-parameter",
  "unavailable-model",
] as const;
const neverRetried = [...wrongRequests, ...questionableRequests, "wrong-path"] as const;

/** The keys that this target must refuse. */
function wrongKeys({ audit }: Target): string[] {
  return ["invalid-key", "missing-key", ...(audit?.revokedKey === undefined ? [] : ["revoked-key"])];
}

const hasKey = ({ key }: Target): boolean => key !== undefined;

/** Who is refused, and how often a refused request is sent. */
export const requestRules: readonly Rule[] = [
  {
    item: "endpoint",
    condition: () => "valid-request is answered with status 200 and JSON; wrong-path is not answered with a completion",
    judge(view) {
      const reply = view.reply("valid-request");
      const wrong = view.played("wrong-path")?.observations ?? [];
      const isApi = reply?.status === 200 && reply.bodyForm === "json";
      const line = `valid-request: ${view.outcome("valid-request")}; wrong-path: ${view.outcome("wrong-path")}`;
      if (!isApi || isAnswered(view.reply("wrong-path"))) return broken(line);
      return wrong.length === 0 ? open(line, playAgain) : met(line);
    },
  },
  {
    item: "authentication",
    condition: (target) =>
      hasKey(target)
        ? `${listOf(wrongKeys(target))}: refused without a completion, by a status from 400 to 499 that is about the request, or by an error in the body`
        : "no key is configured, and valid-request is answered without one",
    isAbsolute: true,
    judge(view) {
      const { target } = view;
      if (!hasKey(target)) {
        const line = "no key is configured: whoever reaches the target may use it";
        return isServing(view) ? met(line) : open(line, `set ${setting(target, "key")}`);
      }
      const asked = wrongKeys(target);
      const line = asked.map((name) => `${name}: ${view.outcome(name)}`).join("; ");
      const replies = asked.map((name) => view.reply(name));
      if (replies.some((reply) => isAnswered(reply))) return broken(line);
      if (!isServing(view)) return unserved(view, `the configured key is not answered either; ${line}`);
      const remedy = `if this is a refusal, set ${setting(target, "contract.errorEnvelope")} to the path of its error in the reply, such as $.error; else audit again`;
      return replies.every(isRefusal) ? met(line) : open(line, remedy);
    },
  },
  {
    item: "authentication-not-retried",
    condition: (target) => `${listOf(wrongKeys(target))}: not sent again after a refusal`,
    isAbsolute: true,
    appliesTo: hasKey,
    judge: (view) => notRetried(view, wrongKeys(view.target)),
  },
  {
    item: "invalid-requests",
    condition: () => `${listOf(wrongRequests)}: refused with a status from 400 to 499, without a completion`,
    judge(view) {
      // What servers may take is no breach, but it is billed.
      const lenient = questionableRequests.filter((name) => isAnswered(view.reply(name)));
      const aside = lenient.length === 0 ? "" : `; not judged, answered with a completion: ${listOf(lenient)}`;
      const line = `${wrongRequests.map((name) => `${name}: ${view.outcome(name)}`).join("; ")}${aside}`;
      const replies = wrongRequests.map((name) => view.reply(name));
      if (replies.some((reply) => reply !== undefined && !isRefusedByStatus(reply))) return broken(line);
      if (replies.includes(undefined)) return open(line, playAgain);
      return isServing(view) ? met(line) : unserved(view, `a valid request is not answered either; ${line}`);
    },
  },
  {
    item: "validation-not-retried",
    condition: () => `${listOf(neverRetried)}: not sent again after a refusal`,
    judge: (view) => notRetried(view, neverRetried),
  },
];

export const playAgain = "audit again, with room for its cost in --approve-cost";

/** A refusal says something only of a target that answers what is right. */
export function isServing(view: AuditView): boolean {
  return isAnswered(view.reply("valid-request")) || isAnswered(view.reply("streamed-request"));
}

function unserved({ target }: AuditView, line: string): ReturnType<typeof open> {
  return open(
    line,
    `correct ${setting(target, "key")}, ${setting(target, "baseUrl")} or ${setting(target, "model")}, and audit again`,
  );
}

/** Refused by somebody who looked at it: not lost, put off, or broken. */
function isRefusal(reply: ReplyFacts | undefined): boolean {
  if (reply === undefined) return false;
  const { status, error } = reply;
  return status < 400 ? error !== undefined : status < 500 && ![404, 405, 408, 429].includes(status);
}

function isRefusedByStatus(reply: ReplyFacts): boolean {
  return !isAnswered(reply) && reply.status >= 400 && reply.status < 500;
}

function notRetried(view: AuditView, scenarios: readonly string[]): ReturnType<typeof ofChecks> {
  const checks = scenarios.flatMap((name): Check[] =>
    named(view, name, /not retried/).map((check) => ({ ...check, subject: name })),
  );
  return ofChecks(checks, {
    nothing: "nothing was refused",
    remedy: `set ${setting(view.target, "client.retries")} to 0, or make the target answer with a status from 400 to 499`,
  });
}
