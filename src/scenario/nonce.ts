/** A word of fixed length over digits: as far as tokenizers allow, every nonce costs the same prompt tokens. */
export function freshNonce(random: () => number): string {
  return String(Math.floor(random() * 900_000_000_000) + 100_000_000_000);
}

/** Put last, so that the constant part of the prompt stays what it is. */
export function withNonce(text: string, nonce: string | undefined): string {
  return nonce === undefined ? text : `${text}\nReference: ${nonce}`;
}
