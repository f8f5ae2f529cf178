/** What people deploy, as they would write it in their values. */
export const storage = { existingSecret: "plumbline-storage" };
const config = "targets: {}\n";

export const valueFiles: Readonly<Record<string, object>> = {
  least: { config, storage },
  "URLs in the values": {
    config,
    storage: { databaseUrl: "postgres://u:p@db/plumbline", redisUrl: "rediss://:p@redis:6380/0" },
  },
  "a ConfigMap of one's own": { existingConfigMap: "our-probes", storage },
  "scaled by lateness": {
    config,
    storage,
    workers: [
      { location: "eu", keda: { enabled: true, minReplicas: 2, prometheusAddress: "http://prometheus:9090" } },
      { location: "us" },
    ],
  },
  "three locations": {
    config,
    storage,
    workers: [
      { location: "eu-west", replicas: 2, concurrency: 20 },
      { location: "us", nodeSelector: { "topology.kubernetes.io/region": "us-east-1" } },
      { location: "Tokyo", resources: { limits: { memory: "1Gi" } } },
    ],
  },
  "control processes only": { config, storage, workers: [] },
  "two of each, scaled": {
    config,
    storage,
    scheduler: { replicas: 2 },
    notifier: { replicas: 2 },
    web: { replicas: 3 },
    workers: [
      {
        location: "eu",
        autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6, targetCPUUtilizationPercentage: 70 },
      },
    ],
  },
  "everything observed": {
    config,
    storage,
    otel: { endpoint: "http://collector:4318", headersSecret: "otlp", resourceAttributes: { env: "prod" } },
    serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
    prometheusRule: { enabled: true, runbookBaseUrl: "https://wiki.internal/plumbline" },
    dashboards: { enabled: true },
  },
  "keys from elsewhere": {
    config,
    storage: { existingSecret: "cnpg-app", databaseUrlKey: "uri", redisUrlKey: "redis" },
    extraEnvFrom: [{ secretRef: { name: "api-keys" } }],
    extraEnv: [{ name: "NODE_EXTRA_CA_CERTS", value: "/certs/ca.pem" }],
    extraVolumes: [{ name: "certs", secret: { secretName: "ca" } }],
    extraVolumeMounts: [{ name: "certs", mountPath: "/certs", readOnly: true }],
  },
  "a private registry, by digest": {
    config,
    storage,
    image: { registry: "registry.internal", digest: `sha256:${"a".repeat(64)}`, pullSecrets: ["pull"] },
    fullnameOverride: "drift",
    commonLabels: { team: "platform" },
    serviceAccount: { create: false, name: "given" },
  },
  "open to people": {
    config,
    storage,
    ingress: { enabled: true, className: "nginx", host: "plumbline.internal", tlsSecret: "tls" },
    networkPolicy: {
      ingressFrom: [{ podSelector: { matchLabels: { app: "nginx" } } }],
      extraEgress: [{ to: [{ ipBlock: { cidr: "10.1.0.0/16" } }] }],
    },
    listenAddress: "::",
    extraObjects: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "{{ .Release.Name }}-extra" } }],
  },
};

/** Values that must be refused, and a word of the reason. */
export const refused: Readonly<Record<string, readonly [values: object, reason: string]>> = {
  "a misspelt key": [{ config, storage, worker: [] }, "worker"],
  "a misspelt key inside": [{ config, storage: { existingSecrets: "x" } }, "existingSecrets"],
  "a misspelt key of a worker": [{ config, storage, workers: [{ location: "eu", replica: 2 }] }, "replica"],
  "a text for a number": [{ config, storage, web: { replicas: "two" } }, "replicas"],
  "no worker at all by scaling": [
    { config, storage, workers: [{ location: "eu", autoscaling: { enabled: true, minReplicas: 0, metrics: [] } }] },
    "minReplicas",
  ],
  "no worker at all by KEDA": [
    {
      config,
      storage,
      workers: [{ location: "eu", keda: { enabled: true, minReplicas: 0, prometheusAddress: "http://prometheus" } }],
    },
    "minReplicas",
  ],
  "two ways to scale": [
    {
      config,
      storage,
      workers: [
        {
          location: "eu",
          keda: { enabled: true, prometheusAddress: "http://prometheus" },
          autoscaling: { enabled: true, targetCPUUtilizationPercentage: 70 },
        },
      ],
    },
    "exclude each other",
  ],
  "a location that is no label": [{ config, storage, workers: [{ location: "eu west" }] }, "location"],
  "no configuration": [{ storage }, "config is required"],
  "two configurations": [{ config, existingConfigMap: "x", storage }, "exclude each other"],
  "no stores": [{ config }, "storage.databaseUrl is required"],
  "Redis alone": [{ config, storage: { redisUrl: "redis://redis" } }, "storage.databaseUrl is required"],
  "two ways to the stores": [
    { config, storage: { existingSecret: "x", redisUrl: "redis://redis" } },
    "exclude each other",
  ],
  "half of the stores as files": [{ config, storage: { databaseUrlFile: "/a" } }, "need each other"],
  "files and URLs": [
    { config, storage: { databaseUrlFile: "/a", redisUrlFile: "/b", existingSecret: "x" } },
    "exclude each other",
  ],
  "a store that is neither": [{ config, storage: { databaseUrl: "mysql://x", redisUrl: "redis://x" } }, "databaseUrl"],
};
