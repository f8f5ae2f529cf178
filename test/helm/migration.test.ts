import { describe, expect, test } from "vitest";
import { findHelms, type Manifest } from "./helm.ts";
import { podsOf, referencesOf, restrictedViolations, selectorOf, selects } from "./manifests.ts";
import { valueFiles } from "./value-files.ts";

const annotationsOf = ({ metadata }: Manifest): Record<string, string> =>
  (metadata.annotations ?? {}) as Record<string, string>;
/** Before anything of a release is there, in this order. */
const before = (objects: readonly Manifest[]): Manifest[] =>
  objects
    .filter((object) => annotationsOf(object)["helm.sh/hook"] === "pre-install,pre-upgrade")
    .toSorted(
      (a, b) => Number(annotationsOf(a)["helm.sh/hook-weight"]) - Number(annotationsOf(b)["helm.sh/hook-weight"]),
    );

describe.each(findHelms())("Helm $version", (helm) => {
  const rendered = (values: object): Manifest[] => {
    const result = helm.template(values);
    if ("refused" in result) throw new Error(result.refused);
    return result.objects;
  };
  const job = (objects: readonly Manifest[]): Manifest => {
    const [found, ...others] = objects.filter(({ kind }) => kind === "Job");
    if (found === undefined || others.length > 0) throw new Error("there is no Job, or more than one");
    return found;
  };

  test.each(Object.keys(valueFiles))("%s: what the Job needs is there before it, or is not the release's", (name) => {
    const objects = rendered(valueFiles[name] ?? {});
    const hooks = before(objects);
    expect(hooks.at(-1)).toBe(job(objects));
    const [{ pod } = { pod: undefined }] = podsOf([job(objects)]);
    const there = new Set(hooks.slice(0, -1).map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const later = objects.filter((it) => !hooks.includes(it)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const named = pod === undefined ? [] : referencesOf(pod);
    expect(named.length).toBeGreaterThan(1);
    for (const each of named) if (!there.has(each)) expect(later).not.toContain(each);
    expect(restrictedViolations(job(objects))).toEqual([]);
  });

  test("URLs in the values: the Job has a Secret of its own with the one it needs", () => {
    const objects = rendered(valueFiles["URLs in the values"] ?? {});
    const [secret] = before(objects).filter(({ kind }) => kind === "Secret");
    expect(secret).toMatchObject({
      metadata: { name: "rel-plumbline-migrate" },
      stringData: { DATABASE_URL: "postgres://u:p@db/plumbline" },
    });
    expect(JSON.stringify(secret)).not.toContain("rediss:");
    expect(annotationsOf(secret as Manifest)["helm.sh/hook-delete-policy"]).toContain("hook-succeeded");
  });

  test("it speaks to DNS and the database, is no pod of a Service, and is not tried again in vain", () => {
    const objects = rendered(valueFiles["least"] ?? {});
    const found = podsOf([job(objects)]);
    const selecting = objects.filter((object) => {
      const selector = selectorOf(object);
      return selector !== undefined && found.some((pod) => selects(selector, pod));
    });
    expect(selecting.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "NetworkPolicy rel-plumbline-migrate",
    ]);
    expect(found[0]?.pod.containers[0]?.args).toEqual(["store", "migrate", "--json"]);
    expect(job(objects)["spec"]).toMatchObject({
      podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { containerName: "migrate", values: [2] } }] },
      template: { spec: { restartPolicy: "Never" } },
    });
  });

  test("certificates and proxies reach it, keys do not", () => {
    const [{ pod } = { pod: undefined }] = podsOf([job(rendered(valueFiles["keys from elsewhere"] ?? {}))]);
    expect(pod?.containers[0]?.["env"]).toEqual([
      { name: "DATABASE_URL", valueFrom: { secretKeyRef: { name: "cnpg-app", key: "uri" } } },
      { name: "NODE_EXTRA_CA_CERTS", value: "/certs/ca.pem" },
    ]);
    expect(pod?.volumes?.map(({ name }) => name)).toContain("certs");
    expect(JSON.stringify(pod)).not.toContain("api-keys");
  });

  test("switched off, nothing comes before the release and each pod migrates by itself", () => {
    const objects = rendered({ ...valueFiles["least"], migration: { enabled: false } });
    expect(before(objects)).toEqual([]);
    expect(objects.filter(({ kind }) => kind === "Job")).toEqual([]);
    for (const { pod } of podsOf(objects)) expect(pod.containers[0]?.args).not.toContain("--await-schema");
  });
});
