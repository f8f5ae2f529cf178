/** What a command may touch of the terminal it was started from. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Standard output as it is, for a live view that moves the cursor. It must be given nothing but printable text. */
  readonly terminal: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the person at this terminal; undefined: they left. Off a terminal, nobody can be asked. */
  readonly ask?: ((question: string) => Promise<string | undefined>) | undefined;
  /** Calls back for each SIGINT and SIGTERM. */
  onSignal(listener: () => void): void;
  /** Calls back for each SIGHUP. */
  onHangup(listener: () => void): void;
  /** Calls back with what nobody caught. The program is to end soon after. */
  onCrash(listener: (thrown: unknown) => void): void;
}

/** 0 fine · 1 internal · 2 usage or configuration · 3 failed or drifted · 4 inconclusive · 5 monitor unhealthy. */
export const exitCodes = { fine: 0, internal: 1, usage: 2, drifted: 3, inconclusive: 4, unhealthy: 5 } as const;

/** Why a command can't be carried out, for the person who typed it. The program prints it and exits with the code. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(reason: string, exitCode: number) {
    super(reason);
    this.exitCode = exitCode;
  }
}

/** Colour on a terminal only, and never against the person's wish (no-color.org). */
export function wantsColour({ stdout, env }: Pick<Io, "stdout" | "env">): boolean {
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return stdout.isTTY === true || (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0");
}
