import { globSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { findHelms, type Manifest } from "./helm.ts";
import { normalisedRelease, toldBeside, writtenOut } from "./snapshots.ts";
import { valueFiles } from "./value-files.ts";

const fileOf = (name: string): string => `${name.replaceAll(/[^a-zA-Z]+/g, "-")}.txt`;
const { least, ...others } = valueFiles;

describe.each(findHelms())("Helm $version", (helm) => {
  const release = (values: object): Manifest[] => {
    const result = helm.template(values);
    if ("refused" in result) throw new Error(result.refused);
    return normalisedRelease(result.objects);
  };

  test("the least there can be, whole", async () => {
    await expect(writtenOut(release(least ?? {}))).toMatchFileSnapshot("snapshots/least.yaml");
  });

  test.each(Object.entries(others))("%s, beside the least", async (name, values) => {
    await expect(toldBeside(release(least ?? {}), release(values))).toMatchFileSnapshot(`snapshots/${fileOf(name)}`);
  });
});

test("every snapshot is of a value file", () => {
  const files = globSync("test/helm/snapshots/*").map((path) => basename(path));
  expect(files.toSorted()).toEqual(["least.yaml", ...Object.keys(others).map(fileOf)].toSorted());
});
