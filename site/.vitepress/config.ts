import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

/**
 * The pages of the repository as a site: `npm run site`. The build copies them into `pages`, beside the packages that
 * VitePress needs. A dead link fails the build.
 */

const capitalised = (text = "") => text.charAt(0).toUpperCase() + text.slice(1);

/** Groups and pages of the side bar: the table "Where to read on" of the README. */
const sidebar = [...readFileSync("../README.md", "utf8").matchAll(/^\| (.+?) \| (\[.+) \|$/gm)].map(
  ([, title, cell = ""]) => ({
    text: capitalised(title),
    collapsed: false,
    items: [...cell.matchAll(/\[(.+?)\]\((.+?)\.md\)/g)].map(([, text, page]) => ({
      text: capitalised(text),
      link: `/${page}`,
    })),
  }),
);

export default defineConfig({
  title: "Plumbline",
  description: "Knows before your customers do that an LLM API has changed under you",
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "pages",
  outDir: "dist",
  rewrites: { "README.md": "index.md" },
  cleanUrls: true,
  markdown: {
    languages: ["sql"],
    languageAlias: { promql: "sql", traceql: "sql" },
    // Braces in inline code are text, not a template.
    config: (md) => {
      const code = md.renderer.rules.code_inline;
      md.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]?.attrSet("v-pre", "");
        return code?.(tokens, index, ...rest) ?? "";
      };
    },
  },
  themeConfig: {
    nav: [{ text: "Start here", link: "/docs/start" }],
    search: {
      provider: "local",
      // Guides first: the reference names every word.
      options: {
        miniSearch: { searchOptions: { boostDocument: (id: string) => (id.includes("/reference/") ? 0.3 : 1) } },
      },
    },
    outline: [2, 3],
    sidebar,
  },
});
