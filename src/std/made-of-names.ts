/** A name of one letter would make many texts out of names. */
const shortestName = 2;
const mostDigits = 8;

/**
 * Whether a text begins with one of the names and has nothing but names, separators and short numbers:
 * `hf-valid-request`, `xai-grok-4-fast`. A name also counts from any of its words on.
 */
export function madeOfNames(names: Iterable<string>): (text: string) => boolean {
  const known = new Set(
    [...names].flatMap((name) =>
      [...name.matchAll(/(?<![A-Za-z0-9])[A-Za-z0-9]/g)].map(({ index }) => name.slice(index)),
    ),
  );
  const parts = [...known].filter(({ length }) => length >= shortestName);
  return (text) => {
    const ends = new Set(parts.flatMap((name) => (text.startsWith(name) ? [name.length] : [])));
    // A set also goes through what is added on the way.
    for (const at of ends) {
      const rest = text.slice(at);
      const filler = /^(?:[-_./:@+=]+|\d+)/.exec(rest)?.[0] ?? "";
      if (filler !== "" && (!/^\d/.test(filler) || filler.length <= mostDigits)) ends.add(at + filler.length);
      for (const name of parts) if (rest.startsWith(name)) ends.add(at + name.length);
    }
    return ends.has(text.length);
  };
}
