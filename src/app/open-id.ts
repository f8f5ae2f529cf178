import type { OpenIdPolicy } from "../config/config.ts";
import type { SecretRef } from "../probe/target.ts";
import { loopbackHosts } from "../std/loopback.ts";
import type { IdentityProvider } from "../web/identity-provider.ts";

const timeoutS = 10;
/** So long the answers of discovery are used. */
const knownForMs = 3_600_000;

/**
 * The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 7636).
 * `callback` is the address that the provider sends people back to. Plain http is for an issuer on this machine only; an
 * email address counts only if the provider says that it has verified it.
 */
export function openIdentityProvider(
  { issuer, clientId, clientSecret, nameClaim }: OpenIdPolicy,
  callback: string,
  secret: (ref: SecretRef) => string,
  nowMs: () => number,
): IdentityProvider {
  const found = lastingFor(knownForMs, nowMs, async () => {
    const client = await import("openid-client");
    const { protocol, hostname } = new URL(issuer);
    const isLocal = protocol === "http:" && loopbackHosts.has(hostname);
    const options = { timeout: timeoutS, ...(isLocal && { execute: [client.allowInsecureRequests] }) };
    return {
      client,
      config: await client.discovery(new URL(issuer), clientId, secret(clientSecret), undefined, options),
    };
  });
  return {
    host: new URL(issuer).host,
    async begin() {
      const { client, config } = await found();
      const flow = {
        verifier: client.randomPKCECodeVerifier(),
        state: client.randomState(),
        nonce: client.randomNonce(),
      };
      const address = client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: "openid email profile",
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: "S256",
        state: flow.state,
        nonce: flow.nonce,
      });
      return { address: address.href, flow };
    },
    async finish(query, { verifier, state, nonce }) {
      const { client, config } = await found();
      const answer = new URL(`${callback}?${query}`);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const tokens = await client.authorizationCodeGrant(config, answer, checks);
      const own = tokens.claims();
      if (own === undefined) return undefined;
      // Some providers name the person only at their userinfo endpoint.
      const claims =
        own[nameClaim] === undefined ? await client.fetchUserInfo(config, tokens.access_token, own.sub) : own;
      const name = claims[nameClaim];
      const isUnproven = nameClaim === "email" && claims["email_verified"] !== true;
      return typeof name === "string" && !isUnproven ? name : undefined;
    },
  };
}

/** The same answer for so long; a failure is forgotten at once. */
function lastingFor<T>(forMs: number, nowMs: () => number, ask: () => Promise<T>): () => Promise<T> {
  let known: { readonly answer: Promise<T>; readonly atMs: number } | undefined;
  return () => {
    if (known !== undefined && nowMs() - known.atMs < forMs) return known.answer;
    const asked = { answer: ask(), atMs: nowMs() };
    known = asked;
    asked.answer.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.answer;
  };
}
