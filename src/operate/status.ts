import { z } from "zod";
import { overview } from "./overview.ts";
import type { Operation, Plain } from "./operation.ts";

const reasons = z.array(z.string()).describe("description of the problem");

export const health = z.object({
  live: z.boolean().describe("workers consume slots, or the process has just started"),
  ready: z.boolean().describe("whether the service works"),
  reasons,
});

/** How this process is. */
export type Health = Plain<z.output<typeof health>>;

/** `/healthz`. */
export const liveness = health.omit({ ready: true });
/** `/readyz`. */
export const readiness = z.object({
  ready: z.boolean().describe("whether the service works"),
  reasons,
  warnings: z.array(z.string()).describe("problems of the monitor that do not make it unready"),
});

const status = overview.extend({ health: health.describe("the service itself") });

export type Status = Plain<z.output<typeof status>>;

export const getStatus = {
  method: "GET",
  path: "/status",
  summary: "show the state of the service and of everything it monitors",
  scope: "read",
  query: z.object({
    page: z.coerce.number().int().min(1).max(10_000).default(1).describe("page of probes, counted from 1"),
  }),
  answer: status,
} as const satisfies Operation;
