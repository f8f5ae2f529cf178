import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of its own, empty or a copy of the template. */
export async function createDatabase(
  admin: string,
  template = "template1",
): Promise<{ readonly name: string; readonly url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => onServer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // PostgreSQL listens a moment before it lets anybody in.
  for (let tries = 0; ; tries += 1) {
    try {
      await client.connect();
      break;
    } catch (error) {
      if (tries >= 2400 || !(error instanceof Error && "code" in error && error.code === "57P03")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
