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
    if (owner.kind !== "Deployment" && owner.kind !== "Pod") return [];
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

const podMembers = `serviceAccountName automountServiceAccountToken enableServiceLinks terminationGracePeriodSeconds
  securityContext imagePullSecrets priorityClassName nodeSelector tolerations affinity topologySpreadConstraints containers
  volumes restartPolicy`;
const containerMembers = `name image imagePullPolicy args command env envFrom ports startupProbe livenessProbe readinessProbe
  securityContext resources volumeMounts`;
const specMembers: Readonly<Record<string, string>> = {
  Deployment: "replicas strategy selector template",
  Pod: podMembers,
  Service: "type selector ports clusterIP publishNotReadyAddresses",
  HorizontalPodAutoscaler: "scaleTargetRef minReplicas maxReplicas metrics",
  ScaledObject: "scaleTargetRef minReplicaCount maxReplicaCount cooldownPeriod triggers",
  PodDisruptionBudget: "maxUnavailable selector",
  NetworkPolicy: "podSelector policyTypes ingress egress",
  Ingress: "ingressClassName tls rules",
  ServiceMonitor: "selector podTargetLabels endpoints",
  PrometheusRule: "groups",
  ConfigMap: "",
  Secret: "",
  ServiceAccount: "",
};

/** Members that Kubernetes would drop or refuse, where the chart puts any. No API server is asked. */
export function strangeMembers(object: Manifest): string[] {
  const unknown = (where: string, value: object, allowed: string): string[] =>
    Object.keys(value)
      .filter((member) => !allowed.split(/\s+/).includes(member))
      .map((member) => `${object.kind} ${object.metadata.name}: ${where} ${member}`);
  const known = specMembers[object.kind];
  if (known === undefined) return [`${object.kind} is unknown`];
  return [
    ...unknown("object", object, "apiVersion kind metadata spec data stringData type automountServiceAccountToken"),
    ...unknown("metadata", object.metadata, "name namespace labels annotations"),
    ...unknown("spec", (object["spec"] as object | undefined) ?? {}, known),
    ...podsOf([object]).flatMap(({ pod }) => [
      ...unknown("pod", pod, podMembers),
      ...pod.containers.flatMap((container) => unknown("container", container, containerMembers)),
    ]),
  ];
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
