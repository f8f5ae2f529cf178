import { expect, inject, test } from "vitest";
import { keepSecrets } from "../../src/app/secrets.ts";
import { openService, type ServiceOptions } from "../../src/app/service.ts";
import { allRoles, type Role } from "../../src/config/roles.ts";
import { chooseStorage } from "../../src/app/storage.ts";
import { loadConfig } from "../../src/config/load.ts";
import { silentLog } from "../../src/std/log.ts";
import { openTestbed } from "../../src/testbed/testbed.ts";
import { freshDatabase } from "../setup/databases.ts";
import { eventually } from "../setup/eventually.ts";

test("by environment: embedded, PostgreSQL, production; Redis alone is refused", () => {
  expect(chooseStorage({})).toEqual({ kind: "embedded", folder: ".plumbline/data" });
  expect(chooseStorage({ DATABASE_URL: "postgres://x" }).kind).toBe("postgres");
  expect(chooseStorage({ DATABASE_URL: "postgres://x", REDIS_URL: "redis://x" }).kind).toBe("production");
  expect(chooseStorage({ REDIS_URL: "redis://x" }).kind).toBe("refused");
});

test("one process schedules, two others work, on Redis and PostgreSQL: every slot runs once", async () => {
  const database = await freshDatabase();
  const testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const names = Array.from({ length: 5 }, (_, index) => `probe-${index}`);
  const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY }, client: { retries: 0 } }
probes:
${names.map((name) => `  - { name: ${name}, target: bed, scenario: valid-request, every: 1s, locations: [split] }`).join("\n")}
`;
  const env = { BED_KEY: testbed.key };
  const loaded = loadConfig(
    { file: "test", text },
    { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: allRoles },
  );
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  const storage: ServiceOptions["storage"] = {
    kind: "production",
    databaseUrl: database.url,
    redisUrl: inject("redisUrl"),
  };
  const open = (roles: readonly Role[]) =>
    openService(loaded.config, {
      env,
      secrets: keepSecrets(env),
      storage,
      roles,
      locations: [],
      concurrency: 4,
      reconcileMs: 1000,
      listen: undefined,
      log: silentLog,
    });
  expect(allRoles).toContain("scheduler");

  const workers = [await open(["worker"]), await open(["worker"])];
  const control = await open(["scheduler", "notifier"]);
  await eventually(async () => {
    const { probes } = await control.overview();
    expect(probes.map(({ recent }) => recent.filter(({ state }) => state === "done").length >= 4)).toEqual(
      names.map(() => true),
    );
  });
  await Promise.all([...workers, control].map((service) => service.stop()));

  const requests = testbed.requests();
  const last = await open([]);
  const { probes } = await last.overview();
  await last.stop();
  const done = probes.flatMap(({ recent }) => recent.filter(({ state }) => state === "done"));
  expect(requests).toBe(done.length);
  await testbed.close();
  await database.drop();
});

test("two installations on one Redis leave each other alone", async () => {
  const databases = [await freshDatabase(), await freshDatabase()];
  const testbed = await openTestbed({ pace: { minMs: 5, maxMs: 10 } });
  const env = { BED_KEY: testbed.key };
  const open = async (databaseUrl: string, location: string) => {
    const text = `targets:
  bed: { baseUrl: "${testbed.baseUrl}", model: gpt-4o-mini, key: { env: BED_KEY } }
probes:
  - { name: one, target: bed, scenario: valid-request, every: 1s, locations: [${location}] }
`;
    const sources = { env, readFile: () => undefined, scenarios: ["valid-request"], checkSecrets: allRoles };
    const loaded = loadConfig({ file: "test", text }, sources);
    if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
    return openService(loaded.config, {
      env,
      secrets: keepSecrets(env),
      storage: { kind: "production", databaseUrl, redisUrl: inject("redisUrl") },
      roles: ["scheduler", "worker"],
      locations: [],
      concurrency: 1,
      reconcileMs: 200,
      listen: undefined,
      log: silentLog,
    });
  };
  const services = await Promise.all(databases.map(({ url }, index) => open(url, `side-${index}`)));
  await eventually(async () => {
    for (const service of services) {
      const done = (await service.overview()).probes
        .flatMap(({ recent }) => recent)
        .filter((it) => it.state === "done");
      expect(done.length).toBeGreaterThan(3);
    }
  });
  await Promise.all(services.map((service) => service.stop()));
  await testbed.close();
  await Promise.all(databases.map((database) => database.drop()));
});
