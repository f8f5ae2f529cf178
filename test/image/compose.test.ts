import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, object>>;
}

const { services, volumes } = parse(readFileSync("compose.yaml", "utf8"), { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, object>>;
};
const dockerfile = readFileSync("Dockerfile", "utf8");

test("without a profile there is one container, with its store on a volume", () => {
  const alone = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
  expect(alone.map(([name]) => name)).toEqual(["plumbline"]);
  expect(services["plumbline"]?.environment).toBeUndefined();
  expect(services["plumbline"]?.volumes).toContain("data:/data");
  expect(dockerfile).toContain("ENV PLUMBLINE_DATA=/data");
});

test("both ways mount the configuration where the image reads it, and open the port that it listens on", () => {
  const [, config = "", port = ""] =
    /CMD \["start", "--config", "([^"]+)", "--listen", "0\.0\.0\.0:(\d+)"\]/.exec(dockerfile) ?? [];
  for (const name of ["plumbline", "stored"]) {
    expect(services[name]?.volumes).toContain(`./plumbline.yaml:${config}:ro`);
    expect(services[name]?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  }
});

test("the profile has a store and a queue as docs/operate.md wants them, and waits for both", () => {
  const { environment = {}, depends_on = {} } = services["stored"] ?? {};
  for (const url of ["DATABASE_URL", "REDIS_URL"]) {
    const { hostname } = new URL((environment[url] ?? "").replace(/\$\{\w+:-(\w+)\}/, "$1"));
    expect(services[hostname]?.profiles).toEqual(["stores"]);
    expect(depends_on).toHaveProperty(hostname);
  }
  expect(services["redis"]?.command).toMatch(/--maxmemory-policy noeviction --hz 100/);
  const named = Object.values(services).flatMap((service) => service.volumes ?? []);
  expect(named.map((volume) => volume.split(":")[0]).filter((name) => !name?.startsWith("."))).toEqual(
    Object.keys(volumes),
  );
});
