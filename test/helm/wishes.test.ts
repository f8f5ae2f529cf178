import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findHelms, type Manifest } from "./helm.ts";
import { podsOf } from "./manifests.ts";
import { schemaViolations, typeViolations } from "./schemas.ts";
import { valueFiles } from "./value-files.ts";

type Found = (kind: string, name: string) => unknown;

const container = { name: "own", image: "own:1", securityContext: { allowPrivilegeEscalation: false } };
/** What people ask charts for: the values that say it, and what must come of them. */
const wishes: Readonly<
  Record<string, readonly [values: object, came: (found: Found, all: readonly Manifest[]) => void]>
> = {
  "annotations and labels of pods, of Deployments, of everything": [
    {
      commonLabels: { team: "platform" },
      commonAnnotations: { owner: "us" },
      podDefaults: {
        annotations: { a: "all" },
        labels: { l: "all" },
        deploymentAnnotations: { "reloader/auto": "true" },
      },
      web: { annotations: { a: "web" } },
    },
    (found, all) => {
      for (const { kind, metadata } of all) {
        expect(metadata, kind).toMatchObject({ labels: { team: "platform" }, annotations: { owner: "us" } });
      }
      expect(found("Deployment", "web")).toMatchObject({
        metadata: { annotations: { "reloader/auto": "true" } },
        spec: {
          template: { metadata: { annotations: { a: "web", owner: "us" }, labels: { l: "all", team: "platform" } } },
        },
      });
      expect(found("Deployment", "scheduler")).toMatchObject({
        spec: { template: { metadata: { annotations: { a: "all" } } } },
      });
    },
  ],
  "a label of one's own never breaks a selector": [
    {
      podDefaults: { labels: { "app.kubernetes.io/name": "mine" } },
      commonLabels: { "app.kubernetes.io/instance": "x" },
    },
    (found) => {
      expect(found("Deployment", "web")).toMatchObject({
        spec: {
          template: {
            metadata: { labels: { "app.kubernetes.io/name": "plumbline", "app.kubernetes.io/instance": "rel" } },
          },
        },
      });
    },
  ],
  "nodes, priorities, sandboxes, DNS, of every pod there is": [
    {
      image: { pullSecrets: ["pull"] },
      podDefaults: {
        priorityClassName: "high",
        runtimeClassName: "gvisor",
        schedulerName: "other",
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "dedicated", operator: "Exists" }],
        affinity: { nodeAffinity: {} },
        dnsPolicy: "None",
        dnsConfig: { nameservers: ["10.0.0.10"], options: [{ name: "ndots", value: "1" }] },
        hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }],
      },
    },
    (_found, all) => {
      const pods = podsOf(all);
      expect(new Set(pods.map(({ owner }) => owner.kind))).toEqual(new Set(["Deployment", "Job", "Pod"]));
      for (const { pod } of pods) {
        expect(pod).toMatchObject({
          imagePullSecrets: [{ name: "pull" }],
          priorityClassName: "high",
          runtimeClassName: "gvisor",
          schedulerName: "other",
          nodeSelector: { disk: "ssd" },
          tolerations: [{ key: "dedicated" }],
          affinity: { nodeAffinity: {} },
          dnsPolicy: "None",
          dnsConfig: { nameservers: ["10.0.0.10"] },
          hostAliases: [{ ip: "10.0.0.1" }],
        });
      }
    },
  ],
  "containers beside and before, a wait before the end": [
    {
      podDefaults: {
        initContainers: [container],
        extraContainers: [{ ...container, name: "proxy" }],
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
      },
    },
    (found) => {
      expect(found("Deployment", "worker-default")).toMatchObject({
        spec: {
          template: {
            spec: {
              initContainers: [{ name: "own" }],
              containers: [{ name: "plumbline", lifecycle: { preStop: { sleep: { seconds: 5 } } } }, { name: "proxy" }],
            },
          },
        },
      });
    },
  ],
  "credentials only in the pods that read them": [
    {
      credentials: {
        targets: ["keys", "both"],
        baseUrls: ["urls"],
        receivers: ["pagers", "both"],
        api: ["tokens"],
        links: ["links"],
        heartbeat: ["alive"],
      },
      workers: [{ location: "eu" }],
    },
    (found) => {
      const secretsOf = (name: string): unknown => {
        const [deployment] = podsOf([found("Deployment", name) as Manifest]);
        return deployment?.pod.containers[0]?.["envFrom"];
      };
      const sources = (...names: string[]): object[] => names.map((name) => ({ secretRef: { name } }));
      expect(secretsOf("scheduler")).toEqual(sources("urls"));
      expect(secretsOf("worker-eu")).toEqual(sources("urls", "keys", "both"));
      expect(secretsOf("notifier")).toEqual(sources("alive", "links", "pagers", "both"));
      expect(secretsOf("web")).toEqual(sources("tokens", "urls", "links"));
    },
  ],
  "environment, secrets, volumes and arguments of one role beside those of all": [
    {
      extraEnv: [{ name: "A", value: "all" }],
      extraEnvFrom: [{ secretRef: { name: "keys" } }],
      workers: [
        {
          location: "eu",
          extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy.example.com:3128" }],
          extraEnvFrom: [{ secretRef: { name: "keys-eu" } }],
          extraVolumes: [{ name: "certs", secret: { secretName: "ca-eu" } }],
          extraVolumeMounts: [{ name: "certs", mountPath: "/certs" }],
          extraArgs: ["--concurrency", "3"],
        },
      ],
    },
    (found, all) => {
      const [worker] = podsOf([found("Deployment", "worker-eu") as Manifest]);
      expect(worker?.pod.containers[0]?.["env"]).toEqual(
        expect.arrayContaining([
          { name: "A", value: "all" },
          { name: "HTTPS_PROXY", value: "http://proxy.example.com:3128" },
        ]),
      );
      expect(worker?.pod.containers[0]?.["envFrom"]).toEqual([
        { secretRef: { name: "keys" } },
        { secretRef: { name: "keys-eu" } },
      ]);
      expect(worker?.pod.volumes).toContainEqual({ name: "certs", secret: { secretName: "ca-eu" } });
      expect(worker?.pod.containers[0]?.volumeMounts).toContainEqual({ name: "certs", mountPath: "/certs" });
      expect(worker?.pod.containers[0]?.args?.slice(-2)).toEqual(["--concurrency", "3"]);
      expect(JSON.stringify(all.filter(({ kind }) => kind !== "Deployment"))).not.toContain("keys");
      expect(JSON.stringify(found("Deployment", "web"))).not.toContain("proxy.eu");
    },
  ],
  "the stores' addresses as files": [
    {
      storage: { databaseUrlFile: "/vault/database", redisUrlFile: "/vault/redis" },
      podDefaults: { annotations: { "vault.hashicorp.com/agent-inject": "true" } },
      migration: { annotations: { "vault.hashicorp.com/agent-inject": "true" } },
    },
    (_found, all) => {
      expect(all.filter(({ kind }) => kind === "Secret")).toEqual([]);
      for (const { owner, pod, annotations } of podsOf(all).filter(({ owner: { kind } }) => kind !== "Pod")) {
        expect(annotations).toMatchObject({ "vault.hashicorp.com/agent-inject": "true" });
        const { env } = pod.containers[0] as { env?: { name: string }[] };
        expect(env).toContainEqual({ name: "DATABASE_URL_FILE", value: "/vault/database" });
        if (owner.kind === "Deployment") expect(env).toContainEqual({ name: "REDIS_URL_FILE", value: "/vault/redis" });
        expect(JSON.stringify(pod)).not.toContain("secretKeyRef");
      }
    },
  ],
  "another strategy, fewer old ReplicaSets": [
    { revisionHistoryLimit: 1, podDefaults: { strategy: { type: "Recreate", rollingUpdate: null } } },
    (found) => {
      expect(found("Deployment", "notifier")).toMatchObject({
        spec: { revisionHistoryLimit: 1, strategy: { type: "Recreate" } },
      });
      expect(JSON.stringify(found("Deployment", "notifier"))).not.toContain("rollingUpdate");
    },
  ],
  "user ids that the cluster gives out": [
    { podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } },
    (_found, all) => {
      for (const { pod } of podsOf(all)) {
        expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      }
    },
  ],
  "another namespace": [
    {
      namespaceOverride: "elsewhere",
      dashboards: { enabled: true, namespace: "grafana", annotations: { grafana_folder: "LLM" } },
      serviceMonitor: {
        enabled: true,
        namespace: "monitoring",
        metricRelabelings: [{ action: "labeldrop", regex: "pod" }],
        relabelings: [{ targetLabel: "cluster", replacement: "eu" }],
      },
    },
    (found, all) => {
      const namespaces = new Set(
        all.map(({ kind, metadata }) => `${kind} in ${String((metadata as { namespace?: string }).namespace)}`),
      );
      expect(namespaces).toContain("Deployment in elsewhere");
      expect(namespaces).toContain("ConfigMap in grafana");
      expect([...namespaces].filter((it) => it.endsWith(" in watch"))).toEqual([]);
      expect(found("ServiceMonitor", "")).toMatchObject({
        metadata: { namespace: "monitoring" },
        spec: {
          namespaceSelector: { matchNames: ["elsewhere"] },
          endpoints: [{ metricRelabelings: [{ regex: "pod" }], relabelings: [{ targetLabel: "cluster" }] }],
        },
      });
    },
  ],
  "how scaling behaves, and how many stay": [
    {
      podDisruptionBudget: { minAvailable: "50%" },
      workers: [
        {
          location: "eu",
          autoscaling: {
            enabled: true,
            minReplicas: 2,
            targetCPUUtilizationPercentage: 60,
            behavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
          },
        },
        {
          location: "us",
          keda: {
            enabled: true,
            minReplicas: 2,
            prometheusAddress: "http://prometheus",
            authenticationRef: { name: "prometheus" },
          },
        },
      ],
    },
    (found) => {
      expect(found("HorizontalPodAutoscaler", "worker-eu")).toMatchObject({
        spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } },
      });
      expect(found("ScaledObject", "worker-us")).toMatchObject({
        spec: { triggers: [{ authenticationRef: { name: "prometheus" } }] },
      });
      for (const name of ["worker-eu", "worker-us"]) {
        expect(found("PodDisruptionBudget", name)).toMatchObject({ spec: { minAvailable: "50%" } });
      }
    },
  ],
  "a way in, for the API and for what alerts link to, and no other": [
    { ingress: { enabled: true, host: "watch.example" }, service: { labels: { team: "a" }, annotations: { b: "c" } } },
    (found) => {
      const { spec } = found("Ingress", "") as { spec: { rules: { http: { paths: { path: string }[] } }[] } };
      expect(spec.rules[0]?.http.paths.map(({ path }) => path)).toEqual(["/api", "/act"]);
      expect(found("Service", "")).toMatchObject({ metadata: { labels: { team: "a" }, annotations: { b: "c" } } });
    },
  ],
  "roles of a cloud": [
    { serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x" } } },
    (found) => {
      expect(found("ServiceAccount", "")).toMatchObject({
        metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x" } },
      });
    },
  ],
  "a token for an agent beside the program": [
    { serviceAccount: { automountToken: true } },
    (found, all) => {
      expect(found("ServiceAccount", "")).toMatchObject({ automountServiceAccountToken: true });
      for (const { pod } of podsOf(all)) expect(pod).toMatchObject({ automountServiceAccountToken: true });
    },
  ],
  "a mirror and its Secret for a chart and all its parts": [
    {
      global: { imageRegistry: "mirror.internal", imagePullSecrets: ["one", { name: "two" }] },
      image: { pullSecrets: ["own"] },
    },
    (_found, all) => {
      for (const { pod } of podsOf(all)) {
        expect(pod["imagePullSecrets"]).toEqual([{ name: "own" }, { name: "one" }, { name: "two" }]);
        expect(pod.containers[0]?.["image"]).toMatch(/^mirror\.internal\/plumbline:/);
      }
    },
  ],
  "objects of one's own": [
    {
      extraObjects: [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: '{{ include \"plumbline.fullname\" . }}-own' }",
        { apiVersion: "v1", kind: "Secret", metadata: { name: "{{ .Release.Name }}-own" } },
      ],
    },
    (_found, all) => {
      const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(names).toEqual(expect.arrayContaining(["ConfigMap rel-plumbline-own", "Secret rel-own"]));
    },
  ],
};

describe.each(findHelms())("Helm $version", (helm) => {
  const rendered = (values: object): Manifest[] => {
    const result = helm.template({ ...valueFiles["least"], ...values });
    if ("refused" in result) throw new Error(result.refused);
    return result.objects;
  };

  test.each(Object.entries(wishes))("%s", (_wish, [values, came]) => {
    const objects = rendered(values);
    came((kind, name) => {
      const full = name === "" ? "rel-plumbline" : `rel-plumbline-${name}`;
      return objects.find((it) => it.kind === kind && it.metadata.name === full);
    }, objects);
  });

  test("what comes of the wishes is as the API wants it", async () => {
    const objects = Object.values(wishes).flatMap(([values]) => rendered(values));
    expect(await schemaViolations(objects)).toEqual([]);
    expect(typeViolations(objects)).toEqual([]);
  });

  test("as a part of another chart, under its name and with its globals", () => {
    const folder = mkdtempSync(join(tmpdir(), "plumbline-umbrella-"));
    writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: all\nversion: 1.0.0\n");
    mkdirSync(join(folder, "charts"));
    cpSync("helm", join(folder, "charts", "plumbline"), { recursive: true });
    const result = helm.template({ global: { region: "eu" }, plumbline: valueFiles["least"] }, folder);
    rmSync(folder, { recursive: true });
    expect("objects" in result && result.objects.map(({ metadata }) => metadata.name)).toContain("rel-plumbline-web");
  });
});
