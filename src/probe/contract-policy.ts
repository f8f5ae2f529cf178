import type { JsonKind } from "./probe.ts";

/** What people say of paths of replies; in paths `*` stands for one name, `**` for anything. What their client reads comes first. */
export interface ContractPolicy {
  /** A difference here is none. */
  readonly ignore: readonly string[];
  readonly severity: Readonly<Record<string, "breaking" | "risky" | "informative">>;
  /** Kinds that are fine, whatever was learned. */
  readonly expect: Readonly<Record<string, readonly (JsonKind | "absent")[]>>;
  /** Any difference here is breaking. */
  readonly clientReads: readonly string[];
}
