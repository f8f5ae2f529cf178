import type { SecretSources } from "./secrets.ts";

export interface LoadContext extends SecretSources {
  /** Names of the built-in scenarios. */
  readonly scenarios: readonly string[];
  /** Also requires every secret to be there, as a start does; a check at a desk does not. */
  readonly checkSecrets: boolean;
}

/** What is wrong, before it has a place in the text. `key`: the place is the key of that name under the path. */
export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly key?: string | undefined;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string | undefined;
}
