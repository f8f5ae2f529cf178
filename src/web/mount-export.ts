import { Readable } from "node:stream";
import type { Hono } from "hono";
import { z } from "zod";
import { type ExportStore, exportHead, exportLines } from "../operate/export.ts";
import { observationsQuery } from "./api-words.ts";
import { type ApiWorld, admit } from "./mount-api.ts";

const types = { ndjson: "application/x-ndjson", csv: "text/csv; charset=utf-8; header=present" } as const;

/** `/api/v1/observations`: a line for every call, written as it is read, at the reader's pace. */
export function mountExport(app: Hono, { exported }: ExportStore, gate: ApiWorld["gate"]): void {
  app.get("/api/v1/observations", (context) => {
    const access = admit(context, gate, "read");
    if ("denied" in access) return access.denied;
    const query = observationsQuery.safeParse(context.req.query());
    if (!query.success) return context.json({ error: z.prettifyError(query.error) }, 400);
    const { from, until, format } = query.data;
    const range = { fromMs: Date.parse(from), untilMs: Date.parse(until) };
    async function* lines(): AsyncGenerator<string> {
      yield exportHead(format);
      for await (const run of exported(range)) yield exportLines(run, format);
    }
    const body = Readable.toWeb(Readable.from(lines(), { objectMode: false }));
    return new Response(body as ConstructorParameters<typeof Response>[0], {
      headers: { "content-type": types[format] },
    });
  });
}
