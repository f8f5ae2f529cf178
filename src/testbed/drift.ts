import type { FindingKind } from "../judgement/judgement.ts";
import type { JsonObject } from "../std/json.ts";

/** One way in which a provider can change or misbehave. */
export interface Drift {
  readonly name: string;
  /** What changes, for people: one sentence without a full stop. */
  readonly sentence: string;
  /** The kinds of incident that rightly tell of it. */
  readonly reportedAs: readonly [FindingKind, ...FindingKind[]];
  readonly change: Change;
}

/** What the proxy does to a reply. Several can be in force at once. */
export type Change =
  /**
   * Edits the body of a JSON reply, or each event of a stream. Pure; an edit that has nothing to do returns
   * the very object it was given, and the bytes then stay as they came.
   */
  | { readonly kind: "edit"; readonly edit: (body: JsonObject, status: number) => JsonObject }
  /** Leaves the last event, `[DONE]`, out of a stream. */
  | { readonly kind: "drop-done" }
  /** Multiplies the time before the first byte. */
  | { readonly kind: "slow-start"; readonly factor: number }
  /** Hands the body over in pieces of `pieceBytes` with a pause between them. */
  | { readonly kind: "slow-body"; readonly pieceBytes: number; readonly gapMs: number }
  /** Answers with this, whatever the provider said. */
  | {
      readonly kind: "replace";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** Resets the connection before the first byte. */
  | { readonly kind: "reset" };
