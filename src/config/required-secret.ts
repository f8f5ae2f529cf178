import type { SecretRef } from "../probe/target.ts";
import type { Complaint, LoadContext } from "./complaint.ts";
import { readSecret, secretName } from "./secrets.ts";

const shortestToken = 20;

/** A token that can be guessed is none. */
export function requireToken(
  ref: SecretRef,
  path: readonly PropertyKey[],
  context: LoadContext,
  complaints: Complaint[],
): void {
  requireSecret(ref, path, context, complaints);
  const value = context.checkSecrets ? readSecret(ref, context) : undefined;
  if (value === undefined || value.length >= shortestToken) return;
  complaints.push({
    path,
    expected: `at least ${shortestToken} characters in ${secretName(ref)}`,
    got: `${value.length}`,
    hint: "make one with: openssl rand -hex 24",
  });
}

export function requireSecret(
  ref: SecretRef,
  path: readonly PropertyKey[],
  context: LoadContext,
  complaints: Complaint[],
): void {
  if (!context.checkSecrets || readSecret(ref, context) !== undefined) return;
  const next = "env" in ref ? `export ${ref.env}=… before starting` : "write the secret to that file";
  complaints.push({ path, expected: `a value in ${secretName(ref)}`, got: "nothing", hint: next });
}
