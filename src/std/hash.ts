import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** Hex SHA-256, cut to `hexDigits` (default 16: 64 bits, ample for names within one installation). */
export function shortHash(text: string, hexDigits = 16): string {
  return createHash("sha256").update(text).digest("hex").slice(0, hexDigits);
}

/** Hash of any JSON-able value that does not depend on key order (RFC 8785 canonical form). */
export function hashOf(value: unknown): string {
  return shortHash(canonicalize(value) ?? "undefined");
}
