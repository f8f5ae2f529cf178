import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** A key that signs as Standard Webhooks 1.0.0 has it. */
export type WebhookKey =
  | { readonly scheme: "v1"; readonly hmac: Buffer }
  | { readonly scheme: "v1a"; readonly ed25519: KeyObject };

export const webhookKeyForm =
  "whsec_ and the base64 of 24 to 64 bytes, or whsk_ and the base64 of an ed25519 key (32 bytes, or 64 with its public half)";

/** The key of a secret; undefined when it is none. Whitespace around it, as files have, is no part of it. */
export function webhookKey(secret: string): WebhookKey | undefined {
  const [, prefix, encoded = ""] = /^(whsec|whsk)_(.*)$/s.exec(secret.trim()) ?? [];
  if (prefix === undefined || !base64.test(encoded)) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  if (prefix === "whsec") return bytes.length >= 24 && bytes.length <= 64 ? { scheme: "v1", hmac: bytes } : undefined;
  const ed25519 = ed25519Key(bytes);
  return ed25519 === undefined ? undefined : { scheme: "v1a", ed25519 };
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** What stands before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410 §7). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const seedBytes = 32;

/** From a seed, or from a seed and the public key that belongs to it, as NaCl keeps them. */
function ed25519Key(bytes: Buffer): KeyObject | undefined {
  if (bytes.length !== seedBytes && bytes.length !== 2 * seedBytes) return undefined;
  const der = Buffer.concat([pkcs8, bytes.subarray(0, seedBytes)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  if (bytes.length === seedBytes) return key;
  const itsPublic = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-seedBytes);
  return itsPublic.equals(bytes.subarray(seedBytes)) ? key : undefined;
}
