import { Redis } from "ioredis";
import { key, type OpenStage, secret } from "./stage.ts";

/** Places where the provider's key or the receiver's secret can be read: logs, rows and the queue. */
export async function leaksOf({ query, members, stores }: OpenStage): Promise<readonly string[]> {
  const secrets = [key, secret.slice(6)];
  const sinks = new Map(members.map((member) => [`log of ${member.name}`, member.log()]));
  const tables = await query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  for (const { name } of tables) {
    const [row] = await query<{ text: string }>(
      `SELECT coalesce(string_agg(t::text, ' ') FILTER (WHERE t::text LIKE ANY ($1)), '') AS text FROM ${name} t`,
      [secrets.map((it) => `%${it}%`)],
    );
    sinks.set(`table ${name}`, row?.text ?? "");
  }
  if (stores !== undefined) {
    const redis = new Redis(stores.redisUrl);
    for (const name of await redis.keys("*")) {
      sinks.set(`Redis ${name}`, (await redis.dumpBuffer(name))?.toString("latin1") ?? "");
    }
    redis.disconnect();
  }
  return [...sinks].filter(([, text]) => secrets.some((it) => text.includes(it))).map(([sink]) => sink);
}
