import { exitCodes, Refusal } from "../cli/io.ts";

/** Makes of an address that can't be had a Refusal that names the next step. */
export function refuseAddress({ host, port }: { readonly host: string; readonly port: number }) {
  return (error: unknown): never => {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
    const next = "Stop what uses it, or name another by --listen or listen in the configuration.";
    throw new Refusal(`nothing can listen at ${host}:${port}${code}. ${next}`, exitCodes.usage);
  };
}
