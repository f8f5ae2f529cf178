/** Money in millionths of a US dollar, always an integer: sums of it are exact. */
export type MicroUsd = number;

export const microUsdPerUsd = 1_000_000;

/** Rounds up, so that a spend cap is never passed by rounding. */
export function microUsd(usd: number): MicroUsd {
  return Math.ceil(Number((usd * microUsdPerUsd).toFixed(6)));
}

/** `$0.0041`, `$12.30`: two decimals from a dollar on, otherwise as many as show two digits. */
export function formatMicroUsd(amount: MicroUsd): string {
  const usd = amount / microUsdPerUsd;
  if (amount === 0) return "$0";
  if (Math.abs(usd) >= 1) return `$${usd.toFixed(2)}`;
  const decimals = Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(Math.abs(usd)))));
  return `$${usd.toFixed(decimals)}`;
}
