import { elapsed, drawLine, segment } from "../report/terminal-text.ts";
import { terminalSafe } from "./terminal-safe.ts";

export interface DemoIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly isTTY: boolean;
  /** Read for each frame, so that a getter follows a resized window. */
  readonly columns: number;
  readonly colour: boolean;
  /** Calls back each time the person asks to stop. */
  onSignal(listener: () => void): void;
}

/** A terminal with lines that stay, and a live view below them. */
export interface Screen {
  /** An event, on a line that stays. */
  say(atMs: number, text: string): void;
  /** A text of several lines that stays. */
  show(text: string): void;
  /** Redraws the live view below everything that stays. Does nothing off a terminal. */
  draw(view: () => string): void;
  /** Removes the live view; lines that stay can still be added. */
  end(): void;
}

export function openScreen(io: DemoIo): Screen {
  return io.isTTY ? terminalScreen(io) : plainScreen(io);
}

function line(atMs: number, text: string): string {
  return drawLine([segment(`${elapsed(atMs)}  ${text}`)], { colour: false });
}

function terminalScreen({ stdout, colour }: DemoIo): Screen {
  /** Lines of the live view on the screen, which begins where the cursor is once they are erased. */
  let drawn = 0;
  const erase = (): string => (drawn === 0 ? "" : `\u001B[${drawn}A\u001B[0J`);
  const persist = (text: string): void => {
    stdout.write(`${erase()}${terminalSafe(text.replace(/\n$/, ""), colour)}\n`);
    drawn = 0;
  };
  return {
    say: (atMs, text) => persist(line(atMs, text)),
    show: persist,
    draw(view) {
      // A view higher than the window would scroll away, and could not be erased.
      const rows = "rows" in stdout && typeof stdout.rows === "number" ? stdout.rows : Number.POSITIVE_INFINITY;
      const lines = view()
        .replace(/\n$/, "")
        .split("\n")
        .slice(0, Math.max(1, rows - 1));
      stdout.write(`${erase()}${terminalSafe(lines.join("\n"), colour)}\n`);
      drawn = lines.length;
    },
    end() {
      stdout.write(erase());
      drawn = 0;
    },
  };
}

function plainScreen({ stdout }: DemoIo): Screen {
  return {
    say: (atMs, text) => void stdout.write(`${line(atMs, text)}\n`),
    show: (text) => void stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    draw() {},
    end() {},
  };
}
