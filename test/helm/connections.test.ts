import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type Helm, findHelms, type Manifest } from "./helm.ts";
import { danglingReferences, podsOf, restrictedViolations } from "./manifests.ts";
import { schemaViolations, typeViolations } from "./schemas.ts";

const config = "targets: {}\n";
const storage = { existingSecret: "stores" };

/** A configuration that reaches into the cluster, to a mail server, and to what nobody has opened. */
const reaching = stringify({
  targets: {
    vllm: { baseUrl: "http://vllm.ai.svc.cluster.local:8000/v1", model: "m" },
    beside: { baseUrl: "http://litellm:4000", model: "m" },
    public: { baseUrl: "https://api.cometapi.com/v1", model: "m" },
    odd: { baseUrl: "https://llm.example.com:8443/v1", model: "m" },
    office: { baseUrl: "https://10.1.2.3/v1", model: "m" },
    secret: { baseUrl: { env: "BASE" }, model: "m" },
  },
  receivers: {
    mail: { email: { host: "smtp.example.com", security: "tls", from: "a@example.com", to: ["b@example.com"] } },
    own: { webhook: { url: "https://hooks.example.com/x", secrets: [{ env: "S" }] } },
  },
});

/** What people wish of its connections: the values, and what must be in the objects. */
const wishes: Readonly<Record<string, readonly [values: object, came: (all: readonly Manifest[]) => void]>> = {
  "PostgreSQL without Redis": [
    { config, storage: { databaseUrl: "postgres://u:p@db/x", queue: "postgres" } },
    (all) => {
      expect(envNames(all)).not.toContain("REDIS_URL");
      expect(find(all, "Secret", "rel-plumbline-storage")?.["stringData"]).toEqual({
        DATABASE_URL: "postgres://u:p@db/x",
      });
    },
  ],
  "one pod with a volume, and no store": [
    { config, embedded: { enabled: true, size: "5Gi", storageClassName: "fast" }, credentials: { api: ["tokens"] } },
    (all) => {
      const [found, ...others] = podsOf(all.filter(({ kind }) => kind === "Deployment"));
      expect(others).toEqual([]);
      expect(found?.owner["spec"]).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
      expect(found?.pod.containers[0]?.args).not.toContain("--role");
      expect(found?.pod.containers[0]).toMatchObject({
        env: expect.arrayContaining([{ name: "PLUMBLINE_DATA", value: "/data/store" }]) as unknown,
        envFrom: [{ secretRef: { name: "tokens" } }],
        resources: { limits: { memory: "1Gi" } },
      });
      expect(find(all, "PersistentVolumeClaim", "rel-plumbline")).toMatchObject({
        metadata: { annotations: { "helm.sh/resource-policy": "keep" } },
        spec: { storageClassName: "fast", resources: { requests: { storage: "5Gi" } } },
      });
      expect(all.map(({ kind }) => kind)).not.toContain("Job");
      expect(find(all, "Service", "rel-plumbline")).toMatchObject({
        spec: { selector: { "app.kubernetes.io/component": "all" } },
      });
    },
  ],
  "two Secrets, and the password of Redis in a third": [
    {
      config,
      storage: {
        existingSecret: "pg",
        redisExistingSecret: "redis",
        redisPasswordSecret: "redis-auth",
        redisPasswordKey: "redis-password",
      },
    },
    (all) => {
      const text = JSON.stringify(find(all, "Deployment", "rel-plumbline-web"));
      expect(text).toContain('{"name":"DATABASE_URL","valueFrom":{"secretKeyRef":{"name":"pg","key":"DATABASE_URL"}}}');
      expect(text).toContain('{"name":"REDIS_URL","valueFrom":{"secretKeyRef":{"name":"redis","key":"REDIS_URL"}}}');
      expect(text).toContain(
        '{"name":"REDIS_PASSWORD","valueFrom":{"secretKeyRef":{"name":"redis-auth","key":"redis-password"}}}',
      );
    },
  ],
  "an autoscaler that only says it is on": [
    { config, storage, workers: [{ location: "eu", autoscaling: { enabled: true } }] },
    (all) => {
      expect(find(all, "HorizontalPodAutoscaler", "rel-plumbline-worker-eu")).toMatchObject({
        spec: { metrics: [{ resource: { name: "cpu", target: { averageUtilization: 70 } } }] },
      });
    },
  ],
  "targets in the cluster and mail, opened as the configuration names them": [
    { config: reaching, storage },
    (all) => {
      const spec = find(all, "NetworkPolicy", "rel-plumbline")?.["spec"] as { egress: object[] } | undefined;
      const egress = spec?.egress ?? [];
      const inCluster = (name: string) => ({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
      });
      expect(egress).toContainEqual({ to: [inCluster("watch"), inCluster("ai")] });
      expect(JSON.stringify(egress)).toContain(
        '{"ports":[{"port":443,"protocol":"TCP"},{"port":465,"protocol":"TCP"}]',
      );
    },
  ],
  "the configuration in a Secret": [
    { config, storage, configIn: "Secret" },
    (all) => {
      expect(find(all, "Secret", "rel-plumbline")?.["stringData"]).toEqual({ "plumbline.yaml": config });
      expect(all.map(({ kind }) => kind)).not.toContain("ConfigMap");
    },
  ],
  "the configuration in somebody's Secret": [
    { existingConfigSecret: "ours", storage },
    (all) => expect(JSON.stringify(all)).toContain('{"name":"config","secret":{"secretName":"ours"}}'),
  ],
  "several hosts, and the dashboard": [
    {
      config,
      storage,
      ingress: { enabled: true, hosts: [{ host: "a.example", tlsSecret: "a" }, { host: "b.example" }], paths: ["/"] },
    },
    (all) => {
      expect(find(all, "Ingress", "rel-plumbline")).toMatchObject({
        spec: {
          tls: [{ hosts: ["a.example"], secretName: "a" }],
          rules: [{ host: "a.example", http: { paths: [{ path: "/" }] } }, { host: "b.example" }],
        },
      });
    },
  ],
  "the network of the node": [
    { config, storage, podDefaults: { hostNetwork: true } },
    (all) => {
      for (const { pod } of podsOf(all)) {
        expect(pod).toMatchObject({ hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" });
      }
    },
  ],
  "a proxy": [
    { config, storage, proxy: { existingSecret: "proxy", noProxy: ".internal,10.0.0.0/8" } },
    (all) => {
      const text = JSON.stringify(find(all, "Deployment", "rel-plumbline-worker-default"));
      expect(text).toContain(
        '{"name":"HTTPS_PROXY","valueFrom":{"secretKeyRef":{"name":"proxy","key":"HTTPS_PROXY"}}}',
      );
      expect(text).toContain('{"name":"NO_PROXY","value":".internal,10.0.0.0/8"}');
    },
  ],
  "public status pages at their own address": [
    {
      config: `${config}statusListen: 0.0.0.0:9000\n`,
      storage,
      statusPages: { enabled: true, port: 9000, ingress: { enabled: true, hosts: [{ host: "status.example" }] } },
    },
    (all) => {
      expect(find(all, "Service", "rel-plumbline-status")).toMatchObject({
        spec: { ports: [{ port: 9000, targetPort: "status" }] },
      });
      expect(find(all, "Ingress", "rel-plumbline-status")).toMatchObject({
        spec: { rules: [{ host: "status.example", http: { paths: [{ path: "/" }] } }] },
      });
      const ports = podsOf(all).flatMap(({ owner, pod }) =>
        JSON.stringify(pod).includes('"name":"status","containerPort":9000') ? [owner.metadata.name] : [],
      );
      expect(ports).toEqual(["rel-plumbline-web"]);
      expect(JSON.stringify(find(all, "NetworkPolicy", "rel-plumbline"))).toContain('"port":9000');
    },
  ],
};

const find = (all: readonly Manifest[], kind: string, name: string): Manifest | undefined =>
  all.find((one) => one.kind === kind && one.metadata.name === name);

const envNames = (all: readonly Manifest[]): string[] =>
  podsOf(all).flatMap(({ pod }) =>
    pod.containers.flatMap(({ env = [] }) => (env as { name: string }[]).map(({ name }) => name)),
  );

/** Only an installation shows notes: here they are an object. */
function chartThatShowsItsNotes(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-notes-"));
  cpSync("helm", folder, { recursive: true });
  renameSync(join(folder, "templates", "NOTES.txt"), join(folder, "notes.txt"));
  const template =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: notes }\ndata:\n  notes: {{ tpl (.Files.Get "notes.txt") . | toJson }}\n';
  writeFileSync(join(folder, "templates", "notes.yaml"), template);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

function rendered(helm: Helm, values: object): Manifest[] {
  const result = helm.template(values);
  if ("refused" in result) throw new Error(result.refused);
  return result.objects;
}

describe.each(findHelms())("Helm $version", (helm) => {
  test.each(Object.entries(wishes))("%s", (wish, [values, came]) => {
    const objects = rendered(helm, values);
    came(objects);
    expect(danglingReferences(objects)).toEqual([]);
    if (wish !== "the network of the node") expect(objects.flatMap(restrictedViolations)).toEqual([]);
  });

  test("what comes of them is as the API wants it", async () => {
    const objects = Object.values(wishes).flatMap(([values]) => rendered(helm, values));
    expect(await schemaViolations(objects)).toEqual([]);
    expect(typeViolations(objects)).toEqual([]);
  });

  test("the Gateway API", () => {
    const httpRoute = {
      enabled: true,
      parentRefs: [{ name: "public", namespace: "gateways" }],
      hostnames: ["a.example"],
    };
    expect(find(rendered(helm, { config, storage, httpRoute }), "HTTPRoute", "rel-plumbline")).toMatchObject({
      apiVersion: "gateway.networking.k8s.io/v1",
      spec: {
        parentRefs: [{ name: "public", namespace: "gateways" }],
        hostnames: ["a.example"],
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: "/api" } }, { path: { value: "/act" } }],
            backendRefs: [{ name: "rel-plumbline", port: 8080 }],
          },
        ],
      },
    });
  });

  test.each([
    ["an embedded store beside another", { config, storage, embedded: { enabled: true } }, "exclude each other"],
    ["Redis without its use", { config, storage: { ...storage, queue: "postgres", redisUrl: "redis://r" } }, "exclude"],
    ["status pages that nobody serves", { config, storage, statusPages: { enabled: true } }, "need statusListen"],
    ["a route to no gateway", { config, storage, httpRoute: { enabled: true } }, "httpRoute.parentRefs is required"],
    ["two proxies", { config, storage, proxy: { httpsProxy: "http://p", existingSecret: "p" } }, "exclude each other"],
    ["an ingress without a host", { config, storage, ingress: { enabled: true } }, "ingress.host or ingress.hosts"],
  ] as const)("%s is refused", (_name, values, reason) => {
    const result = helm.template(values);
    expect("refused" in result ? result.refused : "accepted").toContain(reason);
  });

  test("the notes say what the network policy opens, and what it cuts off", () => {
    using chart = chartThatShowsItsNotes();
    const notes = (values: object): string => {
      const result = helm.template(values, chart.folder);
      if ("refused" in result) throw new Error(result.refused);
      const data = find(result.objects, "ConfigMap", "notes")?.["data"] as { notes?: string } | undefined;
      return data?.notes ?? "";
    };
    const said = notes({ config: reaching, storage });
    expect(said).toContain("at the ports 443 and, for mail, 465, and the namespaces ");
    expect(said).toMatch(/cuts off what follows[^]*\n {2}- target odd at llm\.example\.com:8443\n/);
    expect(said).toContain("  - target office at 10.1.2.3:443");
    expect(said).not.toContain("target vllm");
    expect(said).not.toContain("target public");
    expect(notes({ existingConfigSecret: "ours", storage })).toContain("does not know the addresses");
  });
});
