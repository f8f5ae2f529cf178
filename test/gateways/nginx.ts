import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../setup/binaries.ts";
import { freePort, openPlace, reachable } from "../setup/servers.ts";

export interface Gateway extends AsyncDisposable {
  readonly baseUrl: string;
}

/** A real nginx on a free port; `locations` is what its only server does. */
export async function openNginx(locations: string): Promise<Gateway> {
  const binary = findProgram(["nginx"], "nginx-light");
  const place = openPlace();
  try {
    const port = await freePort();
    mkdirSync(join(place.folder, "logs"));
    writeFileSync(join(place.folder, "nginx.conf"), configuration(port, locations));
    const words = ["-p", place.folder, "-c", "nginx.conf", "-e", "logs/error.log", "-g", "daemon off;"];
    await reachable("nginx", place.start(binary, words, {}), port);
    return { baseUrl: `http://127.0.0.1:${port}/v1`, [Symbol.asyncDispose]: place.close };
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** Everything it writes is in its folder; one process, so that there is one to end. */
function configuration(port: number, locations: string): string {
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path temp_${name};`);
  return `master_process off;
pid nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${bodies.join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    ${locations}
  }
}
`;
}
