import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { version } from "../std/version.ts";
import type { ToolWorld } from "./ask-service.ts";
import { type Tool, toolsFor } from "./tools.ts";
import { marked, notice } from "./untrusted.ts";

/** A server of the Model Context Protocol with one tool for each question. */
export function createMcpServer(world: ToolWorld, scope: Tool["scope"]): McpServer {
  const server = new McpServer(
    { name: "plumbline", version },
    { instructions: `Plumbline watches LLM APIs for drift. Ask list_incidents first. ${notice}` },
  );
  for (const tool of toolsFor(scope)) {
    const isReading = tool.scope === "read";
    server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: tool.input,
        annotations: { readOnlyHint: isReading, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
      async (given) => {
        const answered = await tool.answer(world, given as never);
        const isError = "problem" in answered;
        return {
          content: [{ type: "text", text: marked(isError ? { error: answered.problem } : answered.data) }],
          ...(isError && { isError }),
        };
      },
    );
  }
  return server;
}
