/** What the Dockerfile says, as far as the test has to follow it. */
export interface Stage {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface Copy {
  /** The stage it comes from; undefined = the project. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** Stages in order, their instructions with continuation lines joined; comments and what precedes the first left out. */
export function stagesOf(text: string): Stage[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stages: { name: string; lines: string[] }[] = [];
  for (const line of lines) {
    const [, name] = /^FROM \S+(?: AS (\w+))?$/.exec(line) ?? [undefined, undefined];
    if (line.startsWith("FROM ")) stages.push({ name: name ?? "", lines: [] });
    else stages.at(-1)?.lines.push(line);
  }
  return stages;
}

export function copiesOf({ lines }: Stage): Copy[] {
  return lines
    .filter((line) => line.startsWith("COPY "))
    .map((line) => {
      const words = line.split(/\s+/).slice(1);
      const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length);
      const paths = words.filter((word) => !word.startsWith("--"));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
    });
}

/** The value of an instruction given as a list: ENTRYPOINT, CMD, the command of HEALTHCHECK. */
export function listOf({ lines }: Stage, instruction: string): string[] {
  const line = lines.find((it) => it.startsWith(`${instruction} `)) ?? "";
  return JSON.parse(line.slice(line.indexOf("["))) as string[];
}
