import { z } from "zod";
import { looksSecret } from "./looks-secret.ts";
import { secret } from "./reference-schemas.ts";

export const headerText = z.string().regex(/^[\t\x20-\x7e]*$/, { error: "a header value of printable ASCII" });
export const headerName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "a header name" });

/** Headers whose values are texts or references to secrets. `instead` says where a secret belongs. */
export function requestHeaders(instead: string) {
  const noSecret = `no secret in clear: ${instead}`;
  const value = z.union([headerText.refine((text) => !looksSecret(text), { error: noSecret }), secret]);
  return z.record(headerName, value).superRefine((given, context) => {
    for (const [name, one] of Object.entries(given)) {
      if (typeof one !== "string") continue;
      if (!/^(proxy-)?authorization$|^cookie$|(^|-)(key|token|secret|password)$/i.test(name)) continue;
      const params = { got: "a header for credentials", hint: instead };
      context.addIssue({ code: "custom", path: [name], message: noSecret, params });
    }
  });
}
