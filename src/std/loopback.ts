/** Names of this machine alone, as addresses and as URLs write them. */
export const loopbackHosts: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);
