import { anchor, code, sentence, table, titled } from "./markdown.ts";
import {
  byFile,
  otherVariables,
  ownVariables,
  storeVariables,
  telemetryVariables,
  type Variable,
} from "./environment-variables.ts";

const intro =
  "What a process finds around it: variables, files, signals. Everything else is in the [configuration](config.md), where `{ env: NAME }` names further variables for keys, secrets and addresses. " +
  "`HTTPS_PROXY` (`http://user:password@proxy:3128`) is the proxy for https targets and receivers, `NO_PROXY` lists the hosts, domains and address ranges that are reached without it; a target can have a proxy of its own (`client.proxy`). `HTTP_PROXY` is not read. A proxy is asked to connect to the checked address of a receiver, never to its name.";

const files: readonly (readonly [path: string, by: string, what: string])[] = [
  [
    "`.plumbline/data`, or `PLUMBLINE_DATA`",
    "`start` without `DATABASE_URL`",
    "the embedded store: folder `pg`, `plumbline.lock`, which keeps other processes and containers away, and `plumbline.owner`, which names the process that has it. A network file system must support locks (NFS without `nolock`). Back it up while the service is stopped",
  ],
  ["`~/.cache/plumbline`", "every command", "compiled code, so that commands start fast; safe to delete"],
  [
    "`<temporary folder>/plumbline-<user>`, or `PLUMBLINE_SPOOL`",
    "`start` with the role `worker`",
    "results that wait for a database that is away, one file each; the next process commits what a dead one left. Without prompts, answers and keys. Use a volume to keep them when a container is replaced",
  ],
  ["`plumbline.yaml`", "`init`", "a configuration to begin with; never overwritten"],
  [
    "`audits/<target>-<time>.json`",
    "`audit`",
    "each audit, and beside it `.md` or `.html`; `--out` names another folder",
  ],
  ["what `--out` names", "`baseline export`", "a baseline; never overwritten"],
  ["a temporary folder, or what `--data` names", "`demo`", "the demo's store; a temporary one is removed at the end"],
];

const readFiles: readonly (readonly [path: string, when: string])[] = [
  ["the configuration", "at the start, when it changes (looked at every five seconds) and on SIGHUP"],
  ["files of `{ file: path }` in it", "when the secret is needed: replacing the file needs no restart"],
  ["files of variables that end in `_FILE`", "at the start"],
  ["schema files under `contract.declared`", "with the configuration"],
];

const signals: readonly (readonly [name: string, what: string])[] = [
  [
    "SIGTERM, SIGINT",
    "`start` takes no more work, finishes what runs within `--grace`, and ends with 0; a second one ends it at once, with 1",
  ],
  ["SIGHUP", "`start` reads its configuration again at once"],
];

/** The page about the environment: every variable that is read, and what else a process touches. */
export function environmentPage(): string {
  return [
    titled("Environment", "`scripts/reference/`", intro),
    `## The program\n\n${variableTable(ownVariables)}`,
    `## Stores\n\nWithout any of these runs, baselines and incidents are kept in the embedded store.\n\n${variableTable(storeVariables)}`,
    `For TLS, \`DATABASE_URL\` says \`?sslmode=verify-full\`, with \`&sslrootcert=/path/ca.pem\` for an authority of its own and \`&sslcert=…&sslkey=…\` to show a certificate. \`require\`, \`prefer\` and \`verify-ca\` mean the same here; \`no-verify\` trusts anybody and is for trials only.\n`,
    `## Secrets in files\n\n${byFile.map(code).join(", ")} can also be handed over as files, as Docker and Kubernetes do it: ${byFile.map((name) => code(`${name}_FILE`)).join(", ")} name the file. A line break at its end does not count. Both at once are refused.\n\nIn the configuration every secret may be \`{ file: /run/secrets/name }\`.\n`,
    `## Node and PostgreSQL\n\n${variableTable(otherVariables)}`,
    "## Telemetry\n\nThe standard variables of OpenTelemetry. Something is exported once `OTEL_EXPORTER_OTLP_ENDPOINT` (or that of one signal), `OTEL_CONFIG_FILE` or an exporter is set. " +
      "Variables that begin with `OTEL_EXPORTER_OTLP_` can be set for one signal alone: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `…_METRICS_…`, `…_LOGS_…`.\n",
    ...telemetryVariables.map(([title, variables]) => `### ${title}\n\n${variableTable(variables)}`),
    `## Files that are written\n\nLogs go to standard error, nowhere else. With \`DATABASE_URL\` a running service writes files only while the database is away.\n\n${table(
      ["path", "by", "what it is"],
      files.map(([path, by, what]) => [path, by, sentence(what)]),
    )}`,
    `## Files that are read\n\n${table(
      ["path", "when"],
      readFiles.map(([path, when]) => [path, sentence(when)]),
    )}`,
    `## Signals\n\n${table(
      ["signal", "what happens"],
      signals.map(([name, what]) => [name, sentence(what)]),
    )}`,
    "## Exit codes\n\nThey are in [the command line](cli.md#exit-codes).\n",
  ].join("\n");
}

function variableTable(variables: readonly Variable[]): string {
  return table(
    ["variable", "default", "what it is"],
    variables.map(({ name, byDefault, meaning }) => [
      `<a id="${anchor(name)}"></a>${code(name)}`,
      byDefault === "" ? "" : code(byDefault),
      sentence(meaning),
    ]),
  );
}
