import type { Manifest } from "../helm/helm.ts";
import { podsOf } from "../helm/manifests.ts";

/** The command line of each Deployment and Job by its name, with the places of this machine put in. */
export function commandLines(
  objects: readonly Manifest[],
  here: { readonly config: string; listen(): string },
): ReadonlyMap<string, readonly string[]> {
  const owners = objects.filter(({ kind }) => kind === "Deployment" || kind === "Job");
  return new Map(
    owners.map((owner) => {
      const { args = [] } = podsOf([owner])[0]?.pod.containers[0] ?? {};
      const own = args.map((word) =>
        word.replace("/etc/plumbline/plumbline.yaml", here.config).replace(/^0\.0\.0\.0:8080$/, here.listen()),
      );
      return [owner.metadata.name, own] as const;
    }),
  );
}
