import { type ChildProcess, spawn } from "node:child_process";
import type { ApiServer, Kept } from "./api-server.ts";
import type { Manifest } from "./helm.ts";
import { podsOf, selectorOf, selects } from "./manifests.ts";

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

export function ending(child: ChildProcess, input = ""): Promise<Ended> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece: Buffer) => (said += piece.toString()));
  child.stdin?.end(input);
  return new Promise((done) => child.on("close", (code) => done({ code, said })));
}

/** The files of the image: where they are, what its entry point is there, and what stands for its configuration. */
export interface Image {
  readonly folder: string;
  readonly entry: readonly string[];
  readonly config?: string | undefined;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

/**
 * Starts the first container of what a cluster was given, as a process of this machine with that container's very
 * words. undefined: a cluster would not, for want of a Secret or ServiceAccount, or would let it reach nobody.
 */
export function startPod(owner: Kept, cluster: ApiServer, { folder, entry, config }: Image): ChildProcess | undefined {
  const [found] = podsOf([owner as unknown as Manifest]);
  const [container] = found?.pod.containers ?? [];
  if (found === undefined || container === undefined) return undefined;
  const isLetOut = cluster.all("NetworkPolicy").some((policy) => {
    const selector = selectorOf(policy as unknown as Manifest);
    return selector !== undefined && selects(selector, found);
  });
  const account = String(found.pod["serviceAccountName"]);
  const isSomebody = account === "default" || cluster.find("ServiceAccount", account) !== undefined;
  if (!isLetOut || !isSomebody) return undefined;
  const variables = ((container["env"] ?? []) as readonly Variable[]).map(({ name, value, valueFrom }) => {
    const from = valueFrom?.secretKeyRef;
    if (from === undefined) return [name, value ?? ""] as const;
    const secret = cluster.find("Secret", from.name) as { stringData?: Record<string, string> } | undefined;
    return [name, secret?.stringData?.[from.key]] as const;
  });
  if (variables.some(([, value]) => value === undefined)) return undefined;
  const command = (container["command"] as readonly string[] | undefined) ?? ["node", ...entry];
  const args = (container.args ?? []).map((word) =>
    word === "/etc/plumbline/plumbline.yaml" ? (config ?? word) : word,
  );
  const [program = "", ...words] = [...command, ...args];
  return spawn(program === "node" ? process.execPath : program, words, {
    cwd: folder,
    env: Object.fromEntries(variables),
  });
}
