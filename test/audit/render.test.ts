import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { AuditDocument } from "../../src/audit/document.ts";
import { auditRenderers } from "../../src/app/audit-renderers.ts";
import { providers } from "../replay/providers.ts";
import { openReplay, replayKey } from "../replay/server.ts";
import { askedOnly, auditOf, targetAt } from "./auditor.ts";

let honest: AuditDocument;
beforeAll(async () => {
  const [openai] = providers;
  if (openai === undefined) throw new Error("no replay");
  const server = await openReplay(openai);
  honest = (await auditOf(targetAt(server.baseUrl), replayKey, askedOnly)).document;
  await server.close();
});

const attack =
  "</td></tr></table><script>alert(1)</script><img src=x onerror=alert(1)> \u202etxet\u202c \u0000\u001b[31m | [x](javascript:alert(1)) `</pre>` ~~~ &lt;";

/** The operator's own addresses stay what they are. */
function attacked(words: string): AuditDocument {
  const { baseUrl, documentation } = honest;
  return { ...hostile(honest, words), baseUrl, documentation };
}

/** The document if a stranger had a hand in every text of it but those that steer the rendering. */
function hostile<Value>(value: Value, words: string): Value {
  const steering = new Set(["READY", "NOT READY", "met", "broken", "open", "held", "unknown"]);
  if (typeof value === "string") return (steering.has(value) ? value : `${words}${value}`) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => hostile(item, words)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, hostile(member, words)] as const);
  return Object.fromEntries(members) as Value;
}

/** Everything an HTML parser would take for a tag. */
const tagsOf = (html: string): string[] => (html.match(/<\/?[a-z!][^>]*>/gi) ?? []).map((tag) => tag.toLowerCase());

test("HTML: one file that fetches and runs nothing, whatever the model has said", () => {
  const html = auditRenderers.html(attacked(attack));
  const [, policy = "", hash] =
    /Security-Policy" content="(default-src 'none'; style-src 'sha256-([^']+)'[^"]*)"/.exec(html) ?? [];
  const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? [];
  expect(hash).toBe(createHash("sha256").update(style).digest("base64"));
  expect(policy).not.toContain("unsafe");
  const allowed =
    /^<(!doctype html|(html|head|meta|title|style|body|main|section|h[123]|p|span|strong|b|code|table|caption|thead|tbody|tr|t[dh]|d[ldt]|ul|li|br|pre|div)( +(lang|charset|name|http-equiv|content|class|id|scope|tabindex|role|aria-[a-z]+|data-label)="[^"<>]*")*) ?\/?>$|^<\/[a-z0-9]+>$/;
  expect(tagsOf(html).filter((tag) => !allowed.test(tag))).toEqual([]);
  expect(html).not.toMatch(/ (src|href|on\w+)\s*=\s*["']|url\(|@import/);
  expect(html).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
  expect(tagsOf(html).length).toBe(tagsOf(auditRenderers.html(attacked("x"))).length);
});

test("Markdown: no row of a table is torn, no link and no markup is a stranger's", () => {
  const markdown = auditRenderers.md(attacked(attack));
  const cells = (line: string): number => line.replaceAll("\\|", "").split("|").length;
  const blocks = markdown.split("\n\n").filter((block) => block.startsWith("| "));
  expect(blocks.length).toBeGreaterThan(3);
  for (const block of blocks) expect(new Set(block.split("\n").map(cells)).size).toBe(1);
  const prose = markdown.slice(0, markdown.indexOf("```yaml")).replaceAll(/(?<!\\)`[^`\n]*`/g, "code");
  expect(prose).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(|(?<!\\)<img/);
  expect(markdown).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
});

test("what is endless is cut: a hundred kilobytes in every cell are no document of a hundred megabytes", () => {
  const endless = attacked("a".repeat(100_000));
  expect(auditRenderers.html(endless).length).toBeLessThan(6_000_000);
  expect(auditRenderers.md(endless).length).toBeLessThan(3_000_000);
});

test("a reviewer finds in the Markdown what was decided, seen and sent, in this order", () => {
  const headings = auditRenderers.md(honest).match(/^#{1,2} .*$/gm);
  expect(headings).toEqual([
    "# Audit of mini: NOT READY",
    "## Decision",
    "## Contract worksheet",
    "## Runbook record",
    "## Scenarios",
    "## Evidence",
    "## Where canaries were looked for",
    "## Probes that go on watching",
  ]);
});
