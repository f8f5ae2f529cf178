/** The four kinds of metrics, as rows of the table write them. */

export const counter = <const A extends readonly string[]>(
  name: string,
  unit: string,
  description: string,
  attributes: A,
) => ({ kind: "counter", name, unit, description, attributes }) as const;
export const gauge = <const A extends readonly string[]>(
  name: string,
  unit: string,
  description: string,
  attributes: A,
) => ({ kind: "gauge", name, unit, description, attributes }) as const;
export const observed = (name: string, unit: string, description: string) =>
  ({ kind: "observed", name, unit, description, attributes: [] }) as const;
export const histogram = <const A extends readonly string[]>(
  name: string,
  unit: string,
  description: string,
  buckets: readonly number[],
  attributes: A,
) => ({ kind: "histogram", name, unit, description, buckets, attributes }) as const;
