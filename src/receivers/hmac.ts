import { createHmac, timingSafeEqual } from "node:crypto";

/** Whether one of these is the hex HMAC-SHA256 of the text. */
export function isSignedBy(secret: string, text: string, given: readonly string[]): boolean {
  const right = createHmac("sha256", secret).update(text).digest();
  return given.some((hex) => {
    const bytes = Buffer.from(hex, "hex");
    return bytes.length === right.length && timingSafeEqual(bytes, right);
  });
}

/** The JSON of a body that a service has signed; undefined: it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
