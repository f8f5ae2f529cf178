import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** Hex SHA-256, cut to `hexDigits` (default 16: 64 bits, ample for names within one installation). */
export function shortHash(text: string, hexDigits = 16): string {
  // A slice of the whole text would keep it in memory.
  return hash("sha256", text, "buffer").toString("hex", 0, hexDigits / 2);
}

/** Hash of any JSON-able value that does not depend on key order (RFC 8785 canonical form). */
export function hashOf(value: unknown): string {
  return shortHash(canonicalize(value) ?? "undefined");
}
