import type { JsonKind } from "../std/json.ts";
import { broken, listOf, met, named, ofChecks, open, type Rule, type Ruled, setting } from "./ruled.ts";
import { playAgain } from "./request-rules.ts";
import { type AuditView, isAnswered } from "./view.ts";

/** What our client reads of a plain reply, and of which kind it is documented to be. */
const clientFields: Readonly<Record<string, readonly JsonKind[]>> = {
  "$.choices[].message.content": ["string", "null"],
  "$.choices[].finish_reason": ["string"],
  "$.usage.prompt_tokens": ["integer"],
  "$.usage.completion_tokens": ["integer"],
};

/** What the operator accepts of this target, with the reason. */
const excuseOf = ({ target: { exceptions = {} } }: AuditView, subject: string): string | undefined =>
  Object.hasOwn(exceptions, subject) ? exceptions[subject] : undefined;

/** Whether replies to valid requests are what a client can use. */
export const replyRules: readonly Rule[] = [
  {
    item: "valid-requests",
    condition: () => "valid-request and streamed-request: every rule of these scenarios holds",
    judge: (view) => ofScenarios(view, ["valid-request", "streamed-request"]),
  },
  {
    item: "fields",
    condition: () => `the reply to valid-request has ${listOf(Object.keys(clientFields))}, of the documented types`,
    judge(view) {
      const shape = view.reply("valid-request")?.shape ?? {};
      const excuse = excuseOf(view, "usage");
      const paths = Object.keys(clientFields).filter((path) => excuse === undefined || !path.startsWith("$.usage"));
      const unlike = paths.filter((path) => !clientFields[path]?.some((kind) => shape[path]?.includes(kind)));
      if (unlike.length === 0) {
        return met(
          `read and present: ${paths.join(", ")}${excuse === undefined ? "" : `; usage: accepted: ${excuse}`}`,
        );
      }
      const seen = unlike.map((path) => `${path} ${shape[path]?.join("|") ?? "absent"}`);
      return broken(`read by the client and not as documented: ${seen.join(", ")}`);
    },
  },
  ...(["tool-call", "structured-output"] as const).map((name): Rule => ({
    item: name === "tool-call" ? "tool-calls" : name,
    condition: () => `${name}: every rule of this scenario holds, plain and streamed`,
    judge(view) {
      const excuse = excuseOf(view, name);
      if (excuse !== undefined) return met(`accepted: ${excuse}`);
      const ruled = ofScenarios(view, [name]);
      // Of a target that answers nothing it is not known what it can do.
      if (ruled.state !== "broken" || !isAnswered(view.reply("valid-request"))) return ruled;
      const remedy = `if the target can't do this, or nobody needs it, set ${setting(view.target, `exceptions.${name}`)} to the reason`;
      return broken(`${ruled.evidence}; ${remedy}`);
    },
  })),
  {
    item: "usage",
    condition: () =>
      "valid-request reports usage that adds up; the same question has as many tokens streamed as plain, and the same finish reason",
    judge(view) {
      const excuse = excuseOf(view, "usage");
      if (excuse !== undefined) return met(`accepted: ${excuse}`);
      const reply = view.reply("valid-request");
      if (reply === undefined) return open(`valid-request: ${view.outcome("valid-request")}`, playAgain);
      if (reply.usage === undefined) {
        return broken(
          `the reply to valid-request reports no usage; if the target never does, set ${setting(view.target, "exceptions.usage")} to the reason`,
        );
      }
      return ofChecks([...named(view, "valid-request", /tokens$/), ...view.checks("stream-agrees")], {
        nothing: "nothing to compare",
        remedy:
          view.target.streamOptions === false
            ? `remove ${setting(view.target, "streamOptions")}: false if the target reports the usage of streams now, or set ${setting(view.target, "exceptions.usage")} to the reason why it does not`
            : `audit again; if the target never reports the usage of streams, set ${setting(view.target, "exceptions.usage")} to the reason`,
      });
    },
  },
  {
    item: "no-masking",
    condition: () => "the headers of valid-request do not name a fallback of a gateway",
    judge: (view) =>
      ofChecks(named(view, "valid-request", /^served by/), { nothing: "no valid reply", remedy: playAgain }),
  },
];

/** What was found wrong is broken; what could not be judged is open. */
function ofScenarios(view: AuditView, names: readonly string[]): Ruled {
  const reports = names.map((name) => ({ name, report: view.played(name)?.report }));
  const line = reports
    .map(({ name, report }) => {
      const [first] = report?.findings ?? [];
      const finding = first === undefined ? "" : ` (${first.subject}: ${first.observed})`;
      return `${name}: ${report?.verdict ?? "not played"}${finding}`;
    })
    .join("; ");
  const verdicts = reports.map(({ report }) => report?.verdict);
  if (verdicts.some((verdict) => verdict === "fail" || verdict === "drift")) return broken(line);
  return verdicts.every((verdict) => verdict === "ok" || verdict === "warn") ? met(line) : open(line, playAgain);
}
