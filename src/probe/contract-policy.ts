import type { JsonKind } from "../std/json.ts";

/** What people say of paths of replies; in paths `*` stands for one name, `**` for anything. What their client reads comes first. */
export interface ContractPolicy {
  /** What replies should be like, known before the first of them. */
  readonly declared?: "openai" | DeclaredContract | undefined;
  /** A difference here is none. */
  readonly ignore: readonly string[];
  readonly severity: Readonly<Record<string, "breaking" | "risky" | "informative">>;
  /** Kinds that are fine, whatever was learned. */
  readonly expect: Readonly<Record<string, readonly (JsonKind | "absent")[]>>;
  /** Any difference here is breaking. */
  readonly clientReads: readonly string[];
}

/** A contract that somebody wrote down. */
export interface DeclaredContract {
  readonly name: string;
  readonly version: string;
  readonly reply?: DeclaredPaths | undefined;
  readonly chunk?: DeclaredPaths | undefined;
  readonly error?: DeclaredPaths | undefined;
}

/** JSON path as shapes name it → what may stand there. */
export type DeclaredPaths = Readonly<Record<string, DeclaredPath>>;

export interface DeclaredPath {
  /** None: any. */
  readonly kinds: readonly JsonKind[];
  /** `on-paper`: documented as always there, yet clients do without it. */
  readonly presence: "always" | "on-paper" | "optional" | "deprecated";
  /** The words it may be, where they are few. */
  readonly values?: readonly string[] | undefined;
}
