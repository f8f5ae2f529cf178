import { exitCodes, type Io, wantsColour } from "../cli/io.ts";
import { terminalSafe } from "../cli/terminal-safe.ts";

/** The terminal and the signals of this process, as commands see them. */
export function processIo(program: NodeJS.Process): Io {
  const colour = wantsColour({ stdout: program.stdout, env: program.env });
  const gone = readerGone(program);
  return {
    stdout: safe(program.stdout, colour),
    stderr: safe(program.stderr, colour),
    terminal: program.stdout,
    // A copy: each look at the real one asks the C library.
    env: { ...program.env },
    ...(program.stdin.isTTY && program.stdout.isTTY && { ask: (question) => ask(program, question) }),
    onSignal(listener) {
      // A reader who leaves counts as the first signal, never as the second: what the first one logs may find out.
      let signals = 0;
      const onGone = (): void => {
        if (signals === 0) listener();
      };
      const onSignal = (): void => {
        signals += 1;
        if (signals > 1 || !gone.aborted) listener();
      };
      if (gone.aborted) queueMicrotask(onGone);
      else gone.addEventListener("abort", onGone);
      program.on("SIGINT", onSignal);
      program.on("SIGTERM", onSignal);
    },
    onHangup(listener) {
      program.on("SIGHUP", listener);
    },
    onCrash(listener) {
      let hasCrashed = false;
      program.on("uncaughtException", (thrown) => {
        // What reports a crash can crash itself.
        if (hasCrashed) program.exit(exitCodes.internal);
        hasCrashed = true;
        listener(thrown);
      });
    },
  };
}

/** One answer; undefined if the person ended the input instead. */
async function ask({ stdin, stdout }: NodeJS.Process, question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: stdin, output: stdout });
  try {
    return await Promise.race([
      reader.question(question),
      new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined))),
    ]);
  } finally {
    reader.close();
  }
}

/** Errors of a stream that nobody reads any more: a closed pipe, a terminal that is gone. */
const readerIsGone: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED"]);

/**
 * Aborts when nobody reads the output any more, as after `| head`: a command that runs until a signal then stops as if it
 * got one; any other ends with its own exit code. Output that can't be written, such as to a full disk, stops nothing.
 */
function readerGone({ stdout, stderr }: NodeJS.Process): AbortSignal {
  const gone = new AbortController();
  for (const stream of [stdout, stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (readerIsGone.has(code)) gone.abort();
    });
  }
  return gone.signal;
}

/** The same stream, whose texts can't control a terminal. Bytes pass as they are. */
function safe(stream: NodeJS.WriteStream, colour: boolean): NodeJS.WriteStream {
  const write = (chunk: string | Uint8Array, ...rest: []): boolean =>
    stream.write(typeof chunk === "string" ? terminalSafe(chunk, colour) : chunk, ...rest);
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
