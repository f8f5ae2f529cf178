import { pino, type DestinationStream, type Level, type Logger } from "pino";
import type { Log, LogFields } from "../std/log.ts";
import type { Redactor } from "../std/redact.ts";

/** JSON lines with an ISO time and a level by name; every text goes through the redactor. */
export function createLog(destination: DestinationStream, level: Level | "silent", redact: Redactor): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return {
    debug: (message, fields) => write(logger, "debug", message, fields),
    info: (message, fields) => write(logger, "info", message, fields),
    warn: (message, fields) => write(logger, "warn", message, fields),
    error: (message, fields) => write(logger, "error", message, fields),
  };

  function write(to: Logger, at: Level, message: string, fields: LogFields = {}): void {
    if (!to.isLevelEnabled(at)) return;
    to[at](redactFields(fields, redact), redact(message));
  }
}

function redactFields(fields: LogFields, redact: Redactor): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? redact(value) : Array.isArray(value) ? value.map(redact) : value,
    ]),
  );
}
