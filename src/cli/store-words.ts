import type { Command } from "commander";

/** What is done to the store itself; each resolves to the exit code. */
export interface StoreCommands {
  migrate(options: { readonly json: boolean }): Promise<number>;
}

/** `store`: what has to do with the database and no running service. */
export function addStoreCommands(program: Command, commands: StoreCommands, done: (exitCode: number) => void): void {
  program
    .command("store")
    .description("what has to do with the database and no running service")
    .command("migrate")
    .description(
      "bring the schema of DATABASE_URL up to date; 2 when it is newer than this program can use, 5 when out of reach",
    )
    .option("--json", "as JSON", false)
    .addHelpText("after", "\nExample: plumbline store migrate && plumbline start --await-schema 0s")
    .action(async (options: { json: boolean }) => done(await commands.migrate(options)));
}
