/** The least a room needs to say something. Fields are named values, never free-form objects of others. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
