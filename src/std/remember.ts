/**
 * A pure function that remembers its newest results: what is asked for again at every run of every series is made once.
 * Beyond `most` the oldest is forgotten. `isOf`: whether a result is that of these arguments, where different ones may have one key.
 */
export function remember<Key, Args extends readonly unknown[], Result>(
  most: number,
  keyOf: (...args: Args) => Key,
  compute: (...args: Args) => Result,
  isOf: (result: Result, ...args: Args) => boolean = () => true,
): (...args: Args) => Result {
  const known = new Map<Key, Result>();
  return (...args) => {
    const key = keyOf(...args);
    const found = known.get(key);
    if (found !== undefined && isOf(found, ...args)) return found;
    const result = compute(...args);
    if (known.size >= most) for (const oldest of known.keys()) if (known.delete(oldest)) break;
    known.set(key, result);
    return result;
  };
}

/** One copy of equal texts, for keys that thousands of probes have in common. */
export const interned = remember(
  10_000,
  (text: string) => text,
  (text) => text,
);
