import { clientRules } from "./client-rules.ts";
import { identityRule } from "./identity-rule.ts";
import { operationRules } from "./operation-rules.ts";
import { replyRules } from "./reply-rules.ts";
import { requestRules } from "./request-rules.ts";
import type { Rule } from "./ruled.ts";

/** The explicit table behind READY and NOT READY. */
export const rules: readonly Rule[] = [...requestRules, ...replyRules, identityRule, ...clientRules, ...operationRules];
