import { hashOf } from "../std/hash.ts";
import type { Probe } from "./probe.ts";

/** Identity of a run: the probe and its due time. */
export function runId(probeId: string, slotMs: number): string {
  return `${probeId}/${new Date(slotMs).toISOString()}`;
}

/**
 * Changes exactly when what is sent or how it is judged changes: such an edit starts new series,
 * because a baseline of another request says nothing about this one.
 */
export function requestFingerprint(probe: Probe): string {
  const { target, scenario, nonce } = probe;
  return hashOf({
    baseUrl: target.baseUrl,
    model: target.model,
    maxTokensField: target.maxTokensField,
    headers: target.headers,
    ...(target.secretHeaders && { secretHeaders: target.secretHeaders }),
    ...(target.streamOptions === false && { streamOptions: false }),
    ...(target.answerTokens !== undefined && { answerTokens: target.answerTokens }),
    ...(target.extra !== undefined && Object.keys(target.extra).length > 0 && { extra: target.extra }),
    ...(target.omit !== undefined && target.omit.length > 0 && { omit: target.omit }),
    scenario,
    nonce,
  });
}
