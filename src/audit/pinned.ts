import type { ReplyFacts } from "../observation/observation.ts";
import type { PinnedReplies, PinnedReply } from "../probe/audit-terms.ts";
import { broken, met, type Rule } from "./ruled.ts";

/** One rule more, when somebody has pinned how replies are to be. */
export function pinnedRule(pinned: PinnedReplies): Rule {
  return {
    item: "expectations",
    condition: () => `as pinned: ${Object.keys(pinned).join(", ")}`,
    judge(view) {
      const unlike = Object.entries(pinned).flatMap(([key, wanted]) => {
        const [scenario = "", call] = key.split("/");
        const reply = view.reply(scenario, call);
        if (reply === undefined) return [`${key}: ${view.outcome(scenario, call)}, expected a reply`];
        return differences(wanted, reply).map((difference) => `${key}: ${difference}`);
      });
      if (unlike.length > 0) return broken(unlike.join("; "));
      return met(`as pinned: ${Object.keys(pinned).join(", ")}`);
    },
  };
}

function differences(wanted: PinnedReply, reply: ReplyFacts): string[] {
  const seen: Required<{ [Name in keyof PinnedReply]: PinnedReply[Name] }> = {
    status: reply.status,
    errorType: reply.error?.type,
    errorCode: reply.error?.code,
    finishReason: reply.finishReasons.map((reason) => reason ?? "none").join(", ") || undefined,
    servedModel: reply.model,
  };
  return Object.entries(wanted).flatMap(([name, value]) => {
    const observed = seen[name as keyof PinnedReply];
    return value === undefined || observed === value ? [] : [`${name} ${observed ?? "none"}, expected ${value}`];
  });
}
