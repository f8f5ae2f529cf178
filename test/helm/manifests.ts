import type { Manifest } from "./helm.ts";

interface Container {
  readonly args?: readonly string[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { name: string }[];
  readonly [member: string]: unknown;
}

export interface PodSpec {
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

export interface FoundPod {
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

/** What a pod can't start without, such as `Secret keys`. */
export function referencesOf(pod: PodSpec): string[] {
  const text = JSON.stringify(pod);
  const named = (kind: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, name = ""]) => `${kind} ${name}`);
  return [
    ...named("ServiceAccount", /"serviceAccountName":"([^"]+)"/g),
    ...named("ConfigMap", /"configMap":\{"name":"([^"]+)"/g),
    ...named("Secret", /"secretKeyRef":\{"(?:key":"[^"]*","name|name)":"([^"]+)"/g),
    ...named("Secret", /"secretName":"([^"]+)"/g),
  ];
}

/** The labels that an object finds pods by. */
export function selectorOf({ kind, spec }: Manifest): Readonly<Record<string, string>> | undefined {
  const { selector, podSelector } = (spec ?? {}) as { selector?: object; podSelector?: object };
  const found = selector ?? podSelector;
  if (found === undefined || kind === "ServiceMonitor") return undefined;
  return ("matchLabels" in found ? found.matchLabels : found) as Record<string, string>;
}

export const selects = (selector: Readonly<Record<string, string>>, { labels }: FoundPod): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Names that lead nowhere: volumes, ConfigMaps, Secrets and ServiceAccounts of our own, selectors no pod matches. */
export function danglingReferences(objects: readonly Manifest[]): string[] {
  const pods = podsOf(objects);
  const there = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const isOurs = (reference: string): boolean => / (rel-plumbline|drift)/.test(reference);
  return [
    ...pods.flatMap(({ owner, pod }) => {
      const volumes = new Set((pod.volumes ?? []).map(({ name }) => name));
      const mounts = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
      const missing = referencesOf(pod).filter((it) => isOurs(it) && !there.has(it));
      return [
        ...mounts.filter((name) => !volumes.has(name)).map((name) => `${owner.metadata.name}: no volume ${name}`),
        ...missing.map((it) => `${owner.metadata.name}: no ${it}`),
      ];
    }),
    ...objects.flatMap((object) => {
      const selector = selectorOf(object);
      const isFine = selector === undefined || pods.some((pod) => selects(selector, pod));
      return isFine ? [] : [`${object.kind} ${object.metadata.name}: selects nothing`];
    }),
  ];
}
