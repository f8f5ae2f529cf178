import type { Manifest } from "./helm.ts";

interface Container {
  readonly args?: readonly string[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { name: string }[];
  readonly [member: string]: unknown;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly terminationGracePeriodSeconds: number;
  readonly volumes?: readonly { name: string }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

interface Template {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations?: Record<string, string> };
  readonly spec: PodSpec;
}

interface FoundPod {
  readonly owner: Manifest;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly pod: PodSpec;
}

/** The pods that objects make. */
export function podsOf(objects: readonly Manifest[]): FoundPod[] {
  return objects.flatMap((owner): FoundPod[] => {
    if (!["Deployment", "Job", "Pod"].includes(owner.kind)) return [];
    const { template } = owner["spec"] as { template: Template };
    const { metadata, spec } = owner.kind === "Pod" ? (owner as unknown as Template) : template;
    return [{ owner, labels: metadata.labels, annotations: metadata.annotations ?? {}, pod: spec }];
  });
}

/** What the restricted Pod Security Standard has against an object. */
export function restrictedViolations(object: Manifest): string[] {
  return podsOf([object]).flatMap(({ pod }) => {
    const of = (what: string, isFine: boolean): string[] => (isFine ? [] : [`${object.metadata.name}: ${what}`]);
    const { securityContext: own = {} } = pod;
    return [
      ...of("may run as root", own["runAsNonRoot"] === true && own["runAsUser"] !== 0),
      ...of("no seccomp profile", (own["seccompProfile"] as { type?: string })?.type === "RuntimeDefault"),
      ...of("uses the host", !["hostNetwork", "hostPID", "hostIPC"].some((it) => it in pod)),
      ...of("has a token", pod["automountServiceAccountToken"] === false),
      ...of("mounts the host", !(pod.volumes ?? []).some((volume) => "hostPath" in volume)),
      ...pod.containers.flatMap(({ securityContext = {} }) => [
        ...of("may gain privileges", securityContext["allowPrivilegeEscalation"] === false),
        ...of("keeps capabilities", JSON.stringify(securityContext["capabilities"]) === '{"drop":["ALL"]}'),
        ...of("may write to its root", securityContext["readOnlyRootFilesystem"] === true),
        ...of("is privileged", !("privileged" in securityContext)),
      ]),
    ];
  });
}

/** Names that lead nowhere: volumes, ConfigMaps and Secrets of our own, selectors no pod matches, labels they lack. */
export function danglingReferences(objects: readonly Manifest[]): string[] {
  const pods = podsOf(objects);
  const has = (kind: string, name: string): boolean =>
    objects.some((it) => it.kind === kind && it.metadata.name === name);
  const isOurs = (name: string): boolean => /^(rel-plumbline|drift)/.test(name);
  const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = ""]) => name);
  return [
    ...pods.flatMap(({ owner, pod }) => {
      const volumes = new Set((pod.volumes ?? []).map(({ name }) => name));
      const mounts = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
      const text = JSON.stringify(pod);
      const maps = named(text, /"configMap":\{"name":"([^"]+)"/g).filter((it) => isOurs(it) && !has("ConfigMap", it));
      const secrets = named(text, /"secretKeyRef":\{"(?:key":"[^"]*","name|name)":"([^"]+)"/g);
      return [
        ...mounts.filter((name) => !volumes.has(name)).map((name) => `${owner.metadata.name}: no volume ${name}`),
        ...maps.map((name) => `${owner.metadata.name}: no ConfigMap ${name}`),
        ...secrets
          .filter((it) => isOurs(it) && !has("Secret", it))
          .map((it) => `${owner.metadata.name}: no Secret ${it}`),
      ];
    }),
    ...objects.flatMap((object) => {
      const { selector } = (object["spec"] ?? {}) as { selector?: Record<string, unknown> };
      if (selector === undefined || object.kind === "ServiceMonitor") return [];
      const wanted = Object.entries((selector["matchLabels"] ?? selector) as Record<string, string>);
      const matched = pods.filter(({ labels }) => wanted.every(([key, value]) => labels[key] === value));
      return matched.length > 0 ? [] : [`${object.kind} ${object.metadata.name}: selects nothing`];
    }),
  ];
}
