const attribute = String.raw`\s+[\w:-]+="(?:[^<&"]|&(?:amp|lt|gt|quot|apos|#\d+);)*"`;
const token = new RegExp(
  String.raw`(?<open><(?<name>[\w:-]+)(?:${attribute})*\s*>)|(?<empty><[\w:-]+(?:${attribute})*\s*/>)|(?<close></(?<closed>[\w:-]+)\s*>)|(?<text>(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+);)+)`,
  "uy",
);

/** A strict check of XML 1.0 well-formedness for documents without comments, CDATA and doctype. */
export function wellFormed(document: string): boolean {
  if (/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(document)) return false;
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, "").trimEnd();
  const stack: string[] = [];
  let roots = 0;
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const groups = token.exec(body)?.groups;
    if (groups === undefined) return false;
    if (stack.length === 0 && (groups["open"] ?? groups["empty"]) !== undefined) roots += 1;
    if (groups["text"] !== undefined && (stack.length === 0 || groups["text"].includes("]]>"))) return false;
    if (groups["open"] !== undefined) stack.push(groups["name"] ?? "");
    if (groups["close"] !== undefined && stack.pop() !== groups["closed"]) return false;
  }
  return stack.length === 0 && roots === 1;
}
