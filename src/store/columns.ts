import { raw, type Statement } from "./sql.ts";

export type Row = Readonly<Record<string, unknown>>;

/** How one column is read; `sql` is what to select, its name when nothing else is said. */
export interface Column<T> {
  readonly name: string;
  readonly sql: string;
  readonly read: (value: unknown) => T;
}

/** The columns of a table as a row of the program has them, and how such a row is read. */
export interface RowSchema<T> {
  /** What to select for `decode`. */
  readonly columns: Statement;
  decode(row: Row): T;
}

export function rowSchema<T extends object>(schema: { readonly [K in keyof T]-?: Column<T[K]> }): RowSchema<T> {
  const entries = Object.entries<Column<unknown>>(schema);
  const columns = entries.map(([, { name, sql }]) => (sql === name ? name : `${sql} AS ${name}`));
  return {
    columns: raw(columns.join(", ")),
    decode(row) {
      const decoded: Record<string, unknown> = {};
      for (const [key, { name, read }] of entries) {
        try {
          decoded[key] = read(row[name]);
        } catch (error) {
          throw new Error(`the store holds ${name} = ${typeof row[name]}: ${String(error)}`, { cause: error });
        }
      }
      return decoded as T;
    },
  };
}

const column =
  <T>(read: (value: unknown) => T) =>
  (name: string, sql = name): Column<T> => ({ name, sql, read });

const optional = <T>(read: (value: unknown) => T) =>
  column((value) => (value === null || value === undefined ? undefined : read(value)));

function readText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("expected text");
  return value;
}

/** PGlite and pg differ in how they hand over bigint; all of ours are exact as numbers. */
function readNumber(value: unknown): number {
  const number = typeof value === "string" || typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) throw new TypeError("expected a number");
  return number;
}

/** A time as Unix milliseconds: a Date of a column, or text within JSON. */
function readTimeMs(value: unknown): number {
  const time = value instanceof Date ? value.getTime() : Date.parse(readText(value));
  if (Number.isNaN(time)) throw new TypeError("expected a time");
  return time;
}

export const text = column(readText);
export const optionalText = optional(readText);
export const number = column(readNumber);
export const optionalNumber = optional(readNumber);
/** A sum over nothing is null, and counts as 0. */
export const sum = column((value) => readNumber(value ?? 0));
export const timeMs = column(readTimeMs);
export const optionalTimeMs = optional(readTimeMs);
export const flag = column((value) => value === true);

/** One of a closed list that only this program writes. */
export function word<T extends string>(name: string, sql = name): Column<T> {
  return { name, sql, read: (value) => readText(value) as T };
}

export function optionalWord<T extends string>(name: string): Column<T | undefined> {
  return { name, sql: name, read: (value) => (value === null || value === undefined ? undefined : (value as T)) };
}

/** JSON as this program, or an earlier one, has written it. */
export function json<T>(name: string, sql = name): Column<T> {
  return { name, sql, read: (value) => value as T };
}

export function jsonOr<T>(name: string, missing: T): Column<T> {
  return { name, sql: name, read: (value) => (value ?? missing) as T };
}

/** A list of objects that have these members; what else somebody has written there is left out. */
export function jsonList<T>(name: string, members: readonly (keyof T & string)[]): Column<readonly T[]> {
  const isWhole = (item: unknown): boolean =>
    typeof item === "object" && item !== null && members.every((member) => Object.hasOwn(item, member));
  return { name, sql: name, read: (value) => (Array.isArray(value) ? (value.filter(isWhole) as T[]) : []) };
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
