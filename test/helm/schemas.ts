import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Manifest } from "./helm.ts";

type Versioned = Manifest & { readonly apiVersion: string };
type Model = new (object: object) => { validate(): void };

/** Where the models of a group are; they are made from the API's own description and from the CRDs. */
function moduleOf({ apiVersion, kind }: Versioned): string {
  const [group = ""] = apiVersion.split("/");
  const custom: Readonly<Record<string, string>> = {
    "keda.sh": "@kubernetes-models/keda",
    "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
  };
  return `${custom[group] ?? "kubernetes-models"}/${apiVersion}/${kind}`;
}

/** What the JSON schemas have against objects: wrong types, formats and values, missing members. Unknown ones pass. */
export async function schemaViolations(objects: readonly Manifest[]): Promise<string[]> {
  const found = objects.map(async (object): Promise<string[]> => {
    const name = `${object.kind} ${object.metadata.name}`;
    try {
      const models = (await import(moduleOf(object as Versioned))) as Record<string, Model>;
      const OfKind = models[object.kind];
      if (OfKind === undefined) return [`${name}: no schema for it`];
      new OfKind(object).validate();
      return [];
    } catch (error) {
      return [`${name}: ${error instanceof Error ? error.message : "no schema for it"}`];
    }
  });
  return (await Promise.all(found)).flat();
}

/**
 * Members that the API does not have, at any depth, and whatever else the type checker has against objects written
 * out as literals of the API's types.
 */
export function typeViolations(objects: readonly Manifest[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-manifests-"));
  try {
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const distinct = [...new Map(objects.map((object) => [JSON.stringify(object), object as Versioned])).values()];
    const statements = distinct.map((object, i) => {
      const { kind, metadata } = object;
      const types = `import type { I${kind} as Type${i} } from ${JSON.stringify(moduleOf(object))};`;
      return `${types}\n/* ${kind} ${metadata.name} */ export const object${i}: Type${i} = ${JSON.stringify(object, null, 1)};`;
    });
    writeFileSync(join(folder, "manifests.ts"), statements.join("\n"));
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2024", "--module", "nodenext"];
    execFileSync(process.execPath, [tsc, ...flags, "--types", "", "manifests.ts"], { cwd: folder, encoding: "utf8" });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined) throw error;
    return stdout.trim().split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
