import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { openScreen } from "../../src/cli/screen.ts";

/** What somebody sees: the few escape sequences that a live view needs, played on a list of lines. */
function shownOn(written: string): string[] {
  const lines = [""];
  for (const [part] of written.replaceAll("\u001B", "␛").matchAll(/␛\[\d+A|␛\[0J|\n|[^␛\n]+/g)) {
    const [, up] = /^␛\[(\d+)A$/.exec(part) ?? [];
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up) + 1, "");
    else if (part === "\n") lines.push("");
    else if (!part.startsWith("␛")) lines.push((lines.pop() ?? "") + part);
  }
  return lines;
}

function terminal(rows: number) {
  const stdout = Object.assign(new PassThrough({ encoding: "utf8" }), { rows });
  const screen = openScreen({ stdout, stderr: stdout, isTTY: true, columns: 80, colour: false, onSignal() {} });
  let written = "";
  return { screen, lines: () => shownOn((written += String(stdout.read() ?? ""))) };
}

test("the live view is redrawn below what stays, and leaves nothing behind", () => {
  const { screen, lines } = terminal(24);
  screen.draw(() => "one\ntwo\nthree");
  screen.draw(() => "four\n");
  screen.say(1000, "an event");
  screen.draw(() => "five\nsix");
  expect(lines()).toEqual(["00:01  an event", "five", "six", ""]);
  screen.show("a summary\n");
  screen.draw(() => "seven");
  screen.end();
  screen.end();
  expect(lines()).toEqual(["00:01  an event", "a summary", ""]);
});

test("nothing that is drawn or said controls the terminal", () => {
  const stdout = Object.assign(new PassThrough({ encoding: "utf8" }), { rows: 24 });
  const screen = openScreen({ stdout, stderr: stdout, isTTY: true, columns: 80, colour: true, onSignal() {} });
  screen.show("\u001B]0;owned\u0007\u001B[31mred\u001B[39m");
  screen.draw(() => "\u001B[2J\u202Eview");
  expect(String(stdout.read())).toBe("\\u001b]0;owned\\u0007\u001B[31mred\u001B[39m\n\\u001b[2J\\u202eview\n");
});

test("a view higher than the window is cut, so that it can be erased", () => {
  const { screen, lines } = terminal(3);
  for (let time = 0; time < 5; time += 1) screen.draw(() => "a\nb\nc\nd\ne");
  expect(lines()).toEqual(["a", "b", ""]);
});
