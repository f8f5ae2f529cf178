/** A ratio for people: `1.08`, `1.5`, `15`. */
export function times(ratio: number): string {
  return ratio >= 9.95 ? ratio.toFixed(0) : Math.abs(ratio - 1) < 0.3 ? ratio.toFixed(2) : ratio.toFixed(1);
}
