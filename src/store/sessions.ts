import type { Scope } from "../operate/operation.ts";
import type { Session, SessionStore } from "../operate/sessions.ts";
import { iso, rowSchema, text, timeMs, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const sessionColumns = {
  id: text("id"),
  name: text("name"),
  scope: word<Scope>("scope"),
  createdAtMs: timeMs("created_at"),
  expiresAtMs: timeMs("expires_at"),
};
const sessionRow = rowSchema<Session>(sessionColumns);
const knownSessionRow = rowSchema<Session & { digest: string }>({ ...sessionColumns, digest: text("digest") });

export function createSessionStore(db: Database): SessionStore {
  return {
    async addSession({ id, name, scope, createdAtMs, expiresAtMs }, digest) {
      await db.execute(sql`
        INSERT INTO plumbline.sessions (id, digest, name, scope, created_at, expires_at) VALUES (${id}, ${digest}, ${name},
          ${scope}, ${iso(createdAtMs)}::timestamptz, ${iso(expiresAtMs)}::timestamptz)`);
    },

    async sessionBy(digests, nowMs) {
      const [session] = await db.select(
        knownSessionRow,
        sql`
        SELECT ${knownSessionRow.columns} FROM plumbline.sessions
        WHERE digest = ANY(${[...digests]}::text[]) AND expires_at > ${iso(nowMs)}::timestamptz`,
      );
      return session;
    },

    sessions: (nowMs) =>
      db.select(
        sessionRow,
        sql`
        SELECT ${sessionRow.columns} FROM plumbline.sessions WHERE expires_at > ${iso(nowMs)}::timestamptz
        ORDER BY created_at DESC LIMIT 200`,
      ),

    async endSession(id) {
      return (await db.repeat(sql`DELETE FROM plumbline.sessions WHERE id = ${id} RETURNING id`)).length > 0;
    },
  };
}
