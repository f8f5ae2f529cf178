import { type ChildProcess, spawn } from "node:child_process";
import type { Manifest } from "../helm/helm.ts";
import { podsOf } from "../helm/manifests.ts";

/** The command line of each Deployment and Job by its name, with the places of this machine put in. */
export function commandLines(
  objects: readonly Manifest[],
  here: { readonly config: string; readonly listen?: (() => string) | undefined },
): ReadonlyMap<string, string[]> {
  const owners = objects.filter(({ kind }) => kind === "Deployment" || kind === "Job");
  return new Map(
    owners.map((owner) => {
      const { args = [] } = podsOf([owner])[0]?.pod.containers[0] ?? {};
      const own = args.map((word) => {
        if (word === "/etc/plumbline/plumbline.yaml") return here.config;
        return word === "0.0.0.0:8080" ? (here.listen?.() ?? word) : word;
      });
      return [owner.metadata.name, own] as const;
    }),
  );
}

export interface StartedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** How many runs it has told of that were done: what is skipped or missed asks nothing. */
  runs(): number;
}

export function startProcess(
  [program = "", ...words]: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly uid?: number; readonly gid?: number },
): StartedProcess {
  const child = spawn(program, words, { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const ended = new Promise<number | null>((done) =>
    child.once("exit", (code) => {
      if (code !== 0 && code !== null) process.stderr.write(said);
      done(code);
    }),
  );
  const isDone = (line: string): boolean => line.includes('"message":"run"') && line.includes('"state":"done"');
  return { child, ended, runs: () => said.split("\n").filter(isDone).length };
}
