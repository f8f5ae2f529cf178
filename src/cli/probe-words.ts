import type { Command } from "commander";
import { asking, type AskOptions, trimmed } from "./control-words.ts";

/** What people ask and do about probes; each resolves to the exit code. */
export interface ProbeCommands {
  list(options: AskOptions): Promise<number>;
  run(probe: string, options: AskOptions): Promise<number>;
  pause(probe: string, options: AskOptions & { readonly why: string }): Promise<number>;
  resume(probe: string, options: AskOptions): Promise<number>;
  runs(probe: string, options: AskOptions): Promise<number>;
  showRun(run: string, options: AskOptions): Promise<number>;
}

/** `probe`: what runs, how it went, and when it should not. */
export function addProbeCommands(program: Command, commands: ProbeCommands, done: (exitCode: number) => void): void {
  const probe = program.command("probe").description("what runs, how it went, and when it should not");
  const about = (word: string, text: string): Command =>
    asking(probe.command(word).description(text)).argument("<probe>", "its id, such as valid@default");

  asking(probe.command("list").description("every probe of the service and its newest run")).action(
    async (options: AskOptions) => done(await commands.list(trimmed(options))),
  );
  about("run", "run it once now, beside its schedule").action(async (id: string, options: AskOptions) =>
    done(await commands.run(id, trimmed(options))),
  );
  about("pause", "skip its slots until it is resumed; nothing is sent")
    .requiredOption("--why <reason>", "kept with the pause")
    .action(async (id: string, options: AskOptions & { why: string }) =>
      done(await commands.pause(id, trimmed(options))),
    );
  about("resume", "let it go on").action(async (id: string, options: AskOptions) =>
    done(await commands.resume(id, trimmed(options))),
  );
  about("runs", "its newest runs, newest first").action(async (id: string, options: AskOptions) =>
    done(await commands.runs(id, trimmed(options))),
  );
  asking(probe.command("show-run").description("one run: what was seen, found and not judged"))
    .argument("<run>", "its id, as in probe runs or an alert")
    .action(async (id: string, options: AskOptions) => done(await commands.showRun(id, trimmed(options))));
}
