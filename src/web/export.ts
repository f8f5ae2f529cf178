import { Readable } from "node:stream";
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { exportHead, exportLines, exportQuery, type ExportStore } from "../operate/export.ts";
import type { Gate } from "./access.ts";
import { failures } from "./responses.ts";
import { admitted } from "./route.ts";

const types = { ndjson: "application/x-ndjson", csv: "text/csv; charset=utf-8; header=present" } as const;
const lines = { schema: z.string().describe("one line for each call, streamed") };

/** `/api/v1/observations`: a line for each call, streamed at the reader's pace. */
export function mountExport(app: OpenAPIHono, { exported }: ExportStore, gate: Gate): void {
  const description = createRoute({
    method: "get",
    path: "/api/v1/observations",
    summary: "export the facts of every call between two moments",
    description: "scope: read",
    middleware: [admitted(gate, "read")],
    request: { query: exportQuery },
    responses: {
      200: { description: "done", content: { "application/x-ndjson": lines, "text/csv": lines } },
      ...failures({ 400: true }),
    },
  });
  app.openapi(description, (context) => {
    const { from, until, format } = context.req.valid("query");
    const range = { fromMs: Date.parse(from), untilMs: Date.parse(until) };
    async function* text(): AsyncGenerator<string> {
      yield exportHead(format);
      for await (const run of exported(range)) yield exportLines(run, format);
    }
    const body = Readable.toWeb(Readable.from(text(), { objectMode: false }));
    return new Response(body as ConstructorParameters<typeof Response>[0], {
      headers: { "content-type": types[format] },
    });
  });
}
