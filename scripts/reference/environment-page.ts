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
  "Which environment variables, files and signals does a process use? Everything else is in the [configuration](config.md), where `{ env: NAME }` names more variables for keys, secrets and addresses. " +
  "`HTTPS_PROXY` (`http://user:password@proxy:3128`) is the proxy for https targets and receivers, `NO_PROXY` lists hosts, domains and address ranges that need no proxy. A target can have its own proxy (`client.proxy`). Plumbline ignores `HTTP_PROXY`. It checks the address of a receiver and asks the proxy for that address, never for the name.";

const files: readonly (readonly [path: string, by: string, what: string])[] = [
  [
    "`.plumbline/data`, or `PLUMBLINE_DATA`",
    "`start` without `DATABASE_URL`",
    "the embedded store: folder `pg`, `plumbline.lock`, which excludes other processes and containers, and `plumbline.owner`, which names the process that uses it. A network file system must support locks (NFS without `nolock`). Back it up while the service is stopped",
  ],
  ["`~/.cache/plumbline`", "every command", "compiled code, so that commands start fast; safe to delete"],
  [
    "`<temporary folder>/plumbline-<user>`, or `PLUMBLINE_SPOOL`",
    "`start` with the role `worker`",
    "results that wait for the database, one file each, without prompts, answers and keys. After a crash, the next process commits them. Use a volume, so that a new container finds them",
  ],
  ["`plumbline.yaml`", "`init`", "a first configuration; never overwritten"],
  [
    "`audits/<target>-<time>.json`",
    "`audit`",
    "one file for each audit, and `.md` or `.html` with the same name; `--out` names another folder",
  ],
  ["the path of `--out`", "`baseline export`", "a baseline; never overwritten"],
  [
    "a temporary folder, or the path of `--data`",
    "`demo`",
    "the store of the demo; a temporary folder is removed at the end",
  ],
];

const readFiles: readonly (readonly [path: string, when: string])[] = [
  ["the configuration", "at the start, within five seconds after a change, and on SIGHUP"],
  ["files of `{ file: path }` in the configuration", "each time the secret is needed, so a new file needs no restart"],
  ["files of variables that end in `_FILE`", "at the start"],
  ["schema files under `contract.declared`", "with the configuration"],
];

const signals: readonly (readonly [name: string, what: string])[] = [
  [
    "SIGTERM, SIGINT",
    "`start` takes no new work, finishes runs in progress within `--grace`, and exits with 0. A second signal stops it at once, with 1",
  ],
  ["SIGHUP", "`start` reloads its configuration at once"],
];

/** The page about the environment: every variable that is read, and what else a process touches. */
export function environmentPage(): string {
  return [
    titled("Environment", "`scripts/reference/`", intro),
    `## The program\n\n${variableTable(ownVariables)}`,
    `## Stores\n\nWithout these variables, Plumbline keeps runs, baselines and incidents in the embedded store.\n\n${variableTable(storeVariables)}`,
    `For TLS, add \`?sslmode=verify-full\` to \`DATABASE_URL\`, \`&sslrootcert=/path/ca.pem\` for a private authority, and \`&sslcert=…&sslkey=…\` for a client certificate. \`require\`, \`prefer\` and \`verify-ca\` mean the same; \`no-verify\` trusts every server, so use it only for trials.\n`,
    `## Secrets in files\n\n${byFile.map(code).join(", ")} can be files, as Docker and Kubernetes provide them: ${byFile.map((name) => code(`${name}_FILE`)).join(", ")} name the file. Plumbline ignores a line break at its end, and refuses both at once.\n\nIn the configuration, every secret can be \`{ file: /run/secrets/name }\`.\n`,
    `## Node and PostgreSQL\n\n${variableTable(otherVariables)}`,
    "## Telemetry\n\nPlumbline reads the standard variables of OpenTelemetry. It exports nothing until `OTEL_EXPORTER_OTLP_ENDPOINT` (or that of one signal), `OTEL_CONFIG_FILE` or an exporter is set. " +
      "Set a variable that begins with `OTEL_EXPORTER_OTLP_` for one signal only with its name: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `…_METRICS_…`, `…_LOGS_…`.\n",
    ...telemetryVariables.map(([title, variables]) => `### ${title}\n\n${variableTable(variables)}`),
    `## Files that Plumbline writes\n\nLogs go to standard error only. With \`DATABASE_URL\`, a running service writes files only while the database is not reachable.\n\n${table(
      ["path", "written by", "content"],
      files.map(([path, by, what]) => [path, by, sentence(what)]),
    )}`,
    `## Files that Plumbline reads\n\n${table(
      ["path", "when"],
      readFiles.map(([path, when]) => [path, sentence(when)]),
    )}`,
    `## Signals\n\n${table(
      ["signal", "what happens"],
      signals.map(([name, what]) => [name, sentence(what)]),
    )}`,
    "## Exit codes\n\nSee [the command line](cli.md#exit-codes).\n",
  ].join("\n");
}

function variableTable(variables: readonly Variable[]): string {
  return table(
    ["variable", "default", "meaning"],
    variables.map(({ name, byDefault, meaning }) => [
      `<a id="${anchor(name)}"></a>${code(name)}`,
      byDefault === "" ? "" : code(byDefault),
      sentence(meaning),
    ]),
  );
}
