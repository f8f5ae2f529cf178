import { describe, expect, test } from "vitest";
import { findHelms, type Manifest } from "./helm.ts";
import { schemaViolations, typeViolations } from "./schemas.ts";
import { valueFiles } from "./value-files.ts";

const deployment = (spec: object, container: object = {}): Manifest =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "one" },
    spec: {
      selector: { matchLabels: { app: "one" } },
      template: { metadata: { labels: { app: "one" } }, spec: { containers: [{ name: "one", ...container }] } },
      ...spec,
    },
  }) as Manifest;

describe("the check of manifests bites", () => {
  test("a wrong type, a missing member, an object of an unknown kind", async () => {
    expect(await schemaViolations([deployment({})])).toEqual([]);
    expect(await schemaViolations([deployment({ replicas: "two" })])).toEqual([
      "Deployment one: data/spec/replicas must be integer",
    ]);
    expect((await schemaViolations([deployment({ selector: undefined })])).join()).toContain(
      "required property selector",
    );
    expect(await schemaViolations([{ ...deployment({}), kind: "Deploiment" }])).toHaveLength(1);
  });

  test("a member that the API does not have, however deep, of its own kinds and of others'", () => {
    expect(typeViolations([deployment({}, { livenessProbe: { httpGet: { port: "http", path: "/" } } })])).toEqual([]);
    const misspelt = deployment({}, { livenessProbe: { httpGet: { port: "http", pathh: "/" } } });
    expect(typeViolations([misspelt]).join()).toContain("pathh");
    const scaled = (trigger: object): Manifest =>
      ({
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name: "one" },
        spec: { scaleTargetRef: { name: "one" }, triggers: [{ type: "cpu", metadata: {}, ...trigger }] },
      }) as Manifest;
    expect(typeViolations([scaled({})])).toEqual([]);
    expect(typeViolations([scaled({ metaData: {} })]).join()).toContain("metaData");
  });
});

test.each(findHelms())("Helm $version: every object of every value file is as the API wants it", async (helm) => {
  const objects = Object.values(valueFiles).flatMap((values) => {
    const result = helm.template(values);
    if ("refused" in result) throw new Error(result.refused);
    return result.objects;
  });
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of ["Deployment", "Job", "Ingress", "ServiceMonitor", "PrometheusRule", "ScaledObject"]) {
    expect(kinds).toContain(kind);
  }
  expect(await schemaViolations(objects)).toEqual([]);
  expect(typeViolations(objects)).toEqual([]);
});
