#!/usr/bin/env node
// Plain JavaScript that every Node can parse, so that an old one gets a sentence instead of a stack trace.
import { existsSync } from "node:fs";
import process from "node:process";

const needed = [22, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `plumbline: Node ${needed.join(".")} or newer is needed, this is ${process.versions.node}. ` +
      "Install it from https://nodejs.org, or run: npx -p node@24 -p plumbline plumbline\n",
  );
  process.exit(2);
}
// A clone has the sources and a Node that runs them; the package has what was built of them.
const source = new URL("../src/main.ts", import.meta.url);
await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
