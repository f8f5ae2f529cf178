import type { severities } from "./finding-kinds.ts";
import type { JsonKind } from "../std/json.ts";

/** What people declare about paths of replies; `*` stands for one name, `**` for any path. `clientReads` takes precedence. */
export interface ContractPolicy {
  /** The contract that applies before anything is learned. */
  readonly declared?: "openai" | DeclaredContract | undefined;
  /** Differences here are ignored. */
  readonly ignore: readonly string[];
  readonly severity: Readonly<Record<string, (typeof severities)[number]>>;
  /** Types accepted here, whatever was learned. */
  readonly expect: Readonly<Record<string, readonly (JsonKind | "absent")[]>>;
  /** Where the target puts errors: `$.result.error`. */
  readonly errorEnvelope?: string | undefined;
  /** Any difference here is breaking. */
  readonly clientReads: readonly string[];
}

/** A contract from a schema. */
export interface DeclaredContract {
  readonly name: string;
  readonly version: string;
  readonly reply?: DeclaredPaths | undefined;
  readonly chunk?: DeclaredPaths | undefined;
  readonly error?: DeclaredPaths | undefined;
}

/** JSON path → what is allowed there. */
export type DeclaredPaths = Readonly<Record<string, DeclaredPath>>;

export interface DeclaredPath {
  /** Empty: any. */
  readonly kinds: readonly JsonKind[];
  /** `on-paper`: documented as always present, but clients do not need it. */
  readonly presence: "always" | "on-paper" | "optional" | "deprecated";
  /** The allowed values, if they are few. */
  readonly values?: readonly string[] | undefined;
}
