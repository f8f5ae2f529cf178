import { z } from "zod";
import type { SecretReader } from "../notify/deliver/receiver-kind.ts";
import { requestHeaders } from "../probe/header-schemas.ts";
import { secret } from "../probe/reference-schemas.ts";
import type { SecretRef } from "../probe/target.ts";
import { basicAuthorization } from "./basic-auth.ts";
import type { RequiredSecret, SettingProblem } from "./receiver-kind.ts";
import { matching } from "./secret-form.ts";

/** What a program of one's own, or a proxy before it, may want to see in a request. */
export interface RequestSettings {
  readonly headers?: Readonly<Record<string, string | SecretRef>> | undefined;
  readonly basicAuth?: { readonly user: string; readonly password: SecretRef } | undefined;
}

export const requestSettings = {
  headers: requestHeaders("use { env: NAME } or { file: path }")
    .default({})
    .meta({
      description: "additional headers; write a secret as { env: NAME } or { file: path }",
      examples: [{ "X-Team": "oncall", "X-Api-Key": { env: "HOOK_API_KEY" } }],
    }),
  basicAuth: z
    .strictObject({
      user: z
        .string()
        .regex(/^[^:\p{Cc}]{1,200}$/u, { error: "a user name without a colon" })
        .meta({ description: "the user name", examples: ["plumbline"] }),
      password: secret.describe("the password"),
    })
    .optional()
    .describe("user name and password, sent as Authorization: Basic"),
};

const onOneLine = matching("a text of printable ASCII on one line", /^[\x20-\x7e]+$/);
const password = matching("a password on one line", /^[^\p{Cc}]+$/u);

/** Without these a request is not what it says it is. */
const ours = /^(?:host|content-length|content-type|transfer-encoding|connection|webhook-(?:id|timestamp|signature))$/i;

export function requestProblems({ headers = {}, basicAuth }: RequestSettings): SettingProblem[] {
  const names = Object.keys(headers);
  const problem = (got: string, expected: string, hint: string): SettingProblem => ({
    key: "headers",
    expected,
    got,
    hint,
  });
  const own = names.filter((name) => ours.test(name));
  return [
    ...own.map((name) => problem(name, "headers that Plumbline does not set itself", `remove "${name}"`)),
    ...(basicAuth !== undefined && names.some((name) => name.toLowerCase() === "authorization")
      ? [problem("both", "a header authorization, or basicAuth", "remove one of them")]
      : []),
  ];
}

export function requestSecrets({ headers = {}, basicAuth }: RequestSettings): RequiredSecret[] {
  const values = Object.values(headers).flatMap((ref) => (typeof ref === "string" ? [] : [{ ref, form: onOneLine }]));
  return [...values, ...(basicAuth === undefined ? [] : [{ ref: basicAuth.password, form: password }])];
}

/** The headers of one request, or why they can't be sent. */
export function headersFrom(
  { name: receiver, headers = {}, basicAuth }: RequestSettings & { readonly name: string },
  read: SecretReader,
): Readonly<Record<string, string>> | { readonly refused: string } {
  const sent: Record<string, string> = {};
  for (const [name, given] of Object.entries(headers)) {
    const value = typeof given === "string" ? given : read(given).trim();
    if (!onOneLine.accepts(value) && value !== "") {
      return { refused: `the header ${name} of ${receiver} is not ${onOneLine.description}` };
    }
    sent[name.toLowerCase()] = value;
  }
  if (basicAuth === undefined) return sent;
  return { ...sent, authorization: basicAuthorization(basicAuth.user, read(basicAuth.password).trim()) };
}
