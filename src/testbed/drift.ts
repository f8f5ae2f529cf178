import type { FindingKind } from "../judgement/judgement.ts";
import type { ModelService } from "./answer-model.ts";
import type { JsonObject } from "../std/json.ts";

/** One way a provider can change or misbehave. */
export interface Drift {
  readonly name: string;
  /** What changes, for people: one sentence without a full stop. */
  readonly sentence: string;
  /** The kinds of incident that correctly report it. */
  readonly reportedAs: readonly [FindingKind, ...FindingKind[]];
  readonly change: Change;
}

/** What the proxy does to a reply. Several can be active at once. */
export type Change =
  /**
   * Edits the body of a JSON reply, or each event of a stream. Pure; an edit with nothing to do returns
   * the same object, and the bytes then stay unchanged.
   */
  | { readonly kind: "edit"; readonly edit: (body: JsonObject, status: number) => JsonObject }
  /** Leaves the last event, `[DONE]`, out of a stream. */
  | { readonly kind: "drop-done" }
  /** Multiplies the time before the first byte. */
  | { readonly kind: "slow-start"; readonly factor: number }
  /** Sends the body in pieces of `pieceBytes` with a pause between them. */
  | { readonly kind: "slow-body"; readonly pieceBytes: number; readonly gapMs: number }
  /** Replaces the provider's reply. */
  | {
      readonly kind: "replace";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** What is done to the model `plumb-1`, behind its name. */
  | { readonly kind: "model"; readonly service: ModelService }
  /** Resets the connection before the first byte. */
  | { readonly kind: "reset" };
