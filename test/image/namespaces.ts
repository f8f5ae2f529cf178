import { spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";

const tried = (words: readonly string[]): string | undefined => {
  const { error, status, stderr } = spawnSync("ip", words, { encoding: "utf8" });
  if (error !== undefined) return "there is no ip program (iproute2)";
  return status === 0 ? undefined : `ip ${words.join(" ")}: ${stderr.trim()}`;
};

function must(...words: readonly string[]): void {
  const trouble = tried(words);
  if (trouble !== undefined) throw new Error(trouble);
}

/** Why this machine gives no network namespaces joined by a bridge; undefined where it does. */
export function whyNoNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may make them";
  const id = randomBytes(3).toString("hex");
  const made = [
    ["netns", "add", `plt-${id}`],
    ["link", "add", `plt-${id}`, "type", "bridge"],
    ["link", "add", `plt-${id}v`, "type", "veth", "peer", "name", `plt-${id}w`],
  ];
  const trouble = made.map(tried).find((it) => it !== undefined);
  for (const words of [
    ["netns", "del", `plt-${id}`],
    ["link", "del", `plt-${id}`],
    ["link", "del", `plt-${id}v`],
  ])
    tried(words);
  return trouble;
}

export interface Network {
  /** The only thing outside that a namespace reaches. */
  readonly address: string;
  /** Passes on what arrives at the bridge to a port of this machine's loopback; resolves to the port at the bridge. */
  passOn(port: number): Promise<number>;
  /** A namespace of its own for a process: the words to start it with, as somebody who is not root and can write no file. */
  place(name: string): { readonly prefix: readonly string[]; readonly address: string };
  close(): Promise<void>;
}

/** A bridge, and namespaces that reach it and nothing else of this machine. */
export function openNetwork(): Network {
  const id = randomBytes(3).toString("hex");
  const bridge = `plb-${id}`;
  const subnet = `10.${randomInt(64, 128)}.${randomInt(256)}`;
  const address = `${subnet}.1`;
  const places: string[] = [];
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  must("link", "add", bridge, "type", "bridge");
  must("addr", "add", `${address}/24`, "dev", bridge);
  must("link", "set", bridge, "up");
  return {
    address,
    async passOn(port) {
      const server = createServer((near) => {
        const far = connect(port, "127.0.0.1");
        for (const [socket, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(socket);
          socket.on("error", () => other.destroy());
          socket.on("close", () => sockets.delete(socket));
        }
        near.pipe(far).pipe(near);
      });
      servers.push(server);
      await new Promise<void>((listening) => server.listen(0, address, listening));
      return (server.address() as { port: number }).port;
    },
    place(name) {
      const namespace = `plb-${id}-${name}`;
      const host = 2 + places.length;
      const [near, far] = [`plb${id}h${host}`, `plb${id}n${host}`];
      must("netns", "add", namespace);
      places.push(namespace);
      must("link", "add", near, "type", "veth", "peer", "name", far);
      must("link", "set", near, "master", bridge, "up");
      must("link", "set", far, "netns", namespace);
      must("-n", namespace, "addr", "add", `${subnet}.${host}/24`, "dev", far);
      must("-n", namespace, "link", "set", far, "up");
      must("-n", namespace, "link", "set", "lo", "up");
      const readOnly = ["unshare", "--mount", "sh", "-ec", 'mount -o remount,bind,ro / && exec "$@"', "sh"];
      const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs"];
      const prefix = ["ip", "netns", "exec", namespace, ...readOnly, ...nobody];
      return { prefix, address: `${subnet}.${host}` };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
      for (const namespace of places) tried(["netns", "del", namespace]);
      tried(["link", "del", bridge]);
    },
  };
}
