import { policyRule } from "./rules.ts";
import { askOf, longestNonce, seenIn, type Step, stepwise } from "./steps.ts";

/** Never to be found again anywhere: not as they are, nor in another spelling. */
export const canaries = {
  prompt: "plumbline canary: the eagle lands on the ninth of Thermidor",
  secret: "canaryKey.7Qm2xWv9Lr4Td8",
} as const;

const canaryAsk = askOf(`${canaries.prompt}. My password is ${canaries.secret}. Repeat all of this.`, 32);

const calls = ["answered", "refused"] as const;

/** What a run keeps is searched here; an audit searches every other sink as well. */
export const logRedaction = stepwise({
  name: "log-redaction",
  summary: "a request with canaries, answered and refused: no log, row or span may contain one",
  polarity: "negative",
  steps: calls.map((name): Step => ({
    name,
    bound: canaryAsk(longestNonce),
    call: ({ nonce }) => ({
      ask: canaryAsk(nonce),
      credential: "configured",
      ...(name === "refused"
        ? { mutate: (body) => ({ ...body, messages: [{ role: canaries.secret, content: canaries.prompt }] }) }
        : {}),
    }),
  })),
  checks: (done) =>
    calls.flatMap((name) => {
      const seen = seenIn(done, name);
      if (seen === undefined) return [];
      const found = canariesIn(JSON.stringify(seen));
      return [
        policyRule(
          `what is kept of the ${name} request`,
          found.length === 0,
          "no canary",
          found.join(", ") || "no canary",
        ),
      ];
    }),
});

/** Which canaries, or further secrets, a text holds in any usual spelling; names, never values. */
export function canariesIn(text: string, secrets: Readonly<Record<string, string>> = canaries): string[] {
  return Object.entries(secrets).flatMap(([name, value]) =>
    spellings(value).some((spelling) => text.includes(spelling)) ? [name] : [],
  );
}

function spellings(secret: string): string[] {
  const base64 = (["base64", "base64url"] as const).map((encoding) =>
    Buffer.from(secret).toString(encoding).replace(/=+$/, ""),
  );
  const hex = Buffer.from(secret).toString("hex");
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...base64, hex, hex.toUpperCase()];
}
