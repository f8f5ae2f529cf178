import type { Manifest } from "../helm/helm.ts";
import { podsOf } from "../helm/manifests.ts";

/** The command line of each Deployment by its name, with the places of this machine put in. */
export function commandLines(
  objects: readonly Manifest[],
  here: { readonly config: string; listen(): string },
): ReadonlyMap<string, readonly string[]> {
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  return new Map(
    deployments.map((deployment) => {
      const { args = [] } = podsOf([deployment])[0]?.pod.containers[0] ?? {};
      const own = args.map((word) =>
        word.replace("/etc/plumbline/plumbline.yaml", here.config).replace(/^0\.0\.0\.0:8080$/, here.listen()),
      );
      return [deployment.metadata.name, own] as const;
    }),
  );
}
