import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "../../src/std/version.ts";

test("the program, the image and the chart have the version of package.json", () => {
  const { version: written } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(version).toBe(written);
  expect(readFileSync("Dockerfile", "utf8")).toContain(`\nARG VERSION=${written}\n`);
  expect(readFileSync("helm/Chart.yaml", "utf8")).toContain(`\nappVersion: "${written}"\n`);
});
