import type { Complaint, LoadContext } from "./complaint.ts";
import type { ActionLinkPolicy } from "./config.ts";
import { requireToken } from "./required-secret.ts";
import type { ConfigText } from "./schema.ts";

/** Links in alerts need to know where they lead and what they are signed with: both, or there are none. */
export function resolveActionLinks(
  { publicUrl, linkKey }: ConfigText["api"],
  context: LoadContext,
  complaints: Complaint[],
): ActionLinkPolicy | undefined {
  if (linkKey !== undefined) requireToken(linkKey, ["api", "linkKey"], context, complaints);
  if (publicUrl === undefined || linkKey === undefined) {
    if (publicUrl === undefined && linkKey === undefined) return undefined;
    const [here, lacking] = publicUrl === undefined ? ["linkKey", "publicUrl"] : ["publicUrl", "linkKey"];
    complaints.push({
      path: ["api"],
      key: here,
      expected: `${lacking} beside it`,
      got: "nothing",
      hint: publicUrl === undefined ? "say where people reach the service" : "add linkKey: { env: PLUMBLINE_LINK_KEY }",
    });
    return undefined;
  }
  return { publicUrl: publicUrl.replace(/\/+$/, ""), key: linkKey };
}
