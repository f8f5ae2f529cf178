import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StartArguments } from "../../src/cli/effects.ts";
import { createProgram } from "../../src/cli/program.ts";
import { metrics, prometheusName } from "../../src/telemetry/metric-names.ts";
import { findHelms, type Manifest } from "./helm.ts";
import { danglingReferences, podsOf, restrictedViolations } from "./manifests.ts";
import { refused, valueFiles } from "./value-files.ts";

const helms = findHelms();
const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { devDependencies: object };
const isPromised = Object.keys(devDependencies).some((name) => name.includes("lambda-layer-kubectl"));

test.runIf(isPromised)("the Helm of the dev dependencies is found", () => {
  expect(helms.length).toBeGreaterThan(0);
});

/** What the command line of a pod comes to, by the program's own parser. */
async function startedWith(args: readonly string[]): Promise<StartArguments> {
  let started: StartArguments | undefined;
  const stream = { write: () => true };
  const program = await createProgram(
    { env: {}, stdout: stream, stderr: stream } as never,
    {
      start: (options: StartArguments) => {
        started = options;
        return Promise.resolve(0);
      },
    } as never,
    () => {},
  );
  await program.parseAsync([...args], { from: "user" });
  if (started === undefined) throw new Error(`${args.join(" ")} starts nothing`);
  return started;
}

const byKind = (objects: readonly Manifest[], kind: string): Manifest[] => objects.filter((it) => it.kind === kind);

describe.each(helms)("Helm $version", (helm) => {
  const rendered = (name: string): Manifest[] => {
    const result = helm.template(valueFiles[name] ?? {});
    if ("refused" in result) throw new Error(result.refused);
    return result.objects;
  };

  test.each(Object.keys(valueFiles))("%s: lints, is restricted, refers to nothing missing", async (name) => {
    expect(helm.lint(valueFiles[name] ?? {})).toBe("");
    const objects = rendered(name);
    expect(objects.flatMap(restrictedViolations)).toEqual([]);
    expect(danglingReferences(objects)).toEqual([]);
    const identities = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(identities).size).toBe(identities.length);
    for (const { pod } of podsOf(byKind(objects, "Deployment"))) {
      const { args = [] } = pod.containers[0] ?? {};
      const { roles, locations, graceMs, listen, awaitSchemaMs } = await startedWith(args);
      expect(roles).toHaveLength(1);
      expect(locations).toHaveLength(roles[0] === "worker" ? 1 : 0);
      expect(graceMs).toBeLessThan(pod.terminationGracePeriodSeconds * 1000);
      expect(listen?.port).toBe(8080);
      expect(awaitSchemaMs).toBe(byKind(objects, "Job").length > 0 ? 60_000 : undefined);
    }
  });

  test.each(Object.entries(refused))("%s is refused", (_name, [values, reason]) => {
    const result = helm.template(values);
    expect("refused" in result ? result.refused : "accepted").toContain(reason);
  });

  test("the least there can be", () => {
    const objects = rendered("least");
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
      "ConfigMap rel-plumbline",
      "Deployment rel-plumbline-notifier",
      "Deployment rel-plumbline-scheduler",
      "Deployment rel-plumbline-web",
      "Deployment rel-plumbline-worker-default",
      "Job rel-plumbline-migrate",
      "NetworkPolicy rel-plumbline",
      "NetworkPolicy rel-plumbline-migrate",
      "Pod rel-plumbline-ready",
      "Service rel-plumbline",
      "Service rel-plumbline-metrics",
      "ServiceAccount rel-plumbline",
    ]);
  });

  test("a worker for each location, with what was said of it", () => {
    const pods = podsOf(byKind(rendered("three locations"), "Deployment")).filter(
      ({ labels }) => labels["plumbline.location"],
    );
    expect(pods.map(({ labels }) => labels["plumbline.location"])).toEqual(["eu-west", "us", "Tokyo"]);
    expect(pods[0]?.pod.containers[0]?.args).toEqual(
      expect.arrayContaining(["--role", "worker", "--location", "eu-west", "--concurrency", "20"]),
    );
    expect(pods[1]?.pod["nodeSelector"]).toEqual({ "topology.kubernetes.io/region": "us-east-1" });
    expect(pods[2]?.pod.containers[0]?.["resources"]).toEqual({
      requests: { cpu: "50m", memory: "192Mi" },
      limits: { memory: "1Gi" },
    });
  });

  test("a changed configuration rolls the pods, one that is somebody else's does not", () => {
    const checksum = (values: object): unknown => {
      const result = helm.template(values);
      if ("refused" in result) throw new Error(result.refused);
      return podsOf(byKind(result.objects, "Deployment"))[0]?.annotations["checksum/config"];
    };
    const before = checksum({ ...valueFiles["least"], config: "a: 1" });
    expect(before).not.toEqual(checksum({ ...valueFiles["least"], config: "a: 2" }));
    expect(before).toEqual(checksum({ ...valueFiles["least"], config: "a: 1", web: { replicas: 2 } }));
    expect(checksum(valueFiles["a ConfigMap of one's own"] ?? {})).toBeUndefined();
  });

  test("scaling leaves the number of pods to the autoscaler, and drains keep one", () => {
    const objects = rendered("two of each, scaled");
    const [autoscaler] = byKind(objects, "HorizontalPodAutoscaler");
    expect(autoscaler?.["spec"]).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
    const worker = byKind(objects, "Deployment").find(({ metadata }) => metadata.name.endsWith("-worker-eu"));
    expect(worker?.["spec"]).not.toHaveProperty("replicas");
    expect(byKind(objects, "PodDisruptionBudget")).toHaveLength(4);
    expect(byKind(rendered("least"), "PodDisruptionBudget")).toEqual([]);
  });

  test("KEDA scales by lateness, from one at least, with a metric that exists", () => {
    const objects = rendered("scaled by lateness");
    const [scaled, ...others] = byKind(objects, "ScaledObject");
    expect(others).toEqual([]);
    expect(scaled?.["spec"]).toMatchObject({
      scaleTargetRef: { name: "rel-plumbline-worker-eu" },
      minReplicaCount: 2,
      maxReplicaCount: 5,
    });
    const { triggers } = (scaled ?? { spec: { triggers: [] } })["spec"] as {
      triggers: { metadata: { query: string; threshold: string } }[];
    };
    expect(triggers[0]?.metadata.query).toContain(
      `${prometheusName(metrics.lateness)}_bucket{plumbline_location="eu"}`,
    );
    expect(Number(triggers[0]?.metadata.threshold)).toBe(2);
    const replicas = byKind(objects, "Deployment").map((it) => (it["spec"] as { replicas?: number }).replicas);
    expect(replicas.filter((it) => it === undefined)).toHaveLength(1);
  });

  test("the network is open to DNS, the stores, telemetry when asked, and public HTTPS", () => {
    const ports = (name: string): unknown[] => {
      const [policy] = byKind(rendered(name), "NetworkPolicy");
      const { egress } = (policy ?? { spec: { egress: [] } })["spec"] as {
        egress: { ports?: { port: number }[]; to?: unknown[] }[];
      };
      return egress.map((rule) => rule.ports?.map(({ port }) => port) ?? rule.to);
    };
    expect(ports("least")).toEqual([[53, 53], [5432, 6379], [443], [8080]]);
    expect(ports("everything observed")).toEqual([[53, 53], [5432, 6379], [4317, 4318], [443], [8080]]);
    expect(ports("open to people").at(-1)).toEqual([{ ipBlock: { cidr: "10.1.0.0/16" } }]);
  });

  test("rules and dashboards are those of the files, with links to one's own runbooks", () => {
    const objects = rendered("everything observed");
    const [rules] = byKind(objects, "PrometheusRule");
    expect(JSON.stringify(rules)).toContain("https://wiki.internal/plumbline");
    expect(JSON.stringify(rules)).not.toContain("plumbline.example");
    const dashboards = byKind(objects, "ConfigMap").filter(
      ({ metadata }) => metadata.labels?.["grafana_dashboard"] === "1",
    );
    expect(dashboards.length).toBeGreaterThan(0);
    for (const { data } of dashboards as unknown as { data: Record<string, string> }[]) {
      for (const text of Object.values(data)) expect(JSON.parse(text)).toHaveProperty("panels");
    }
  });
});
