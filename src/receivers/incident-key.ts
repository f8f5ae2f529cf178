import type { Alert } from "../notify/compose/alert.ts";
import { shortHash } from "../std/hash.ts";

/** The same in every message about one incident, and in none about another one of any installation. */
export function incidentKey({ installation, incidentId }: Alert, maxLength: number): string {
  const key = installation === undefined ? incidentId : `${installation}-${incidentId}`;
  return key.length <= maxLength ? key : shortHash(key, 64);
}

/** The incident that a key names, if this installation has made it. */
export function incidentOfKey(key: string, installation: string): string | undefined {
  return key.startsWith(`${installation}-`) ? key.slice(installation.length + 1) : undefined;
}
