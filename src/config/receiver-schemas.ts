import { z } from "zod";
import { pathsIn } from "../probe/template.ts";
import { refusePaths } from "../receivers/alert-paths.ts";
import { receiverKinds } from "../receivers/receivers.ts";
import { deliveryPolicy } from "./alerting-schemas.ts";

type Kinds = typeof receiverKinds;

export const kindNames = Object.keys(receiverKinds) as (keyof Kinds)[];

export const receiver = z
  .strictObject({ ...schemasOf(receiverKinds), ...deliveryPolicy })
  .refine((value) => kindNames.filter((kind) => value[kind] !== undefined).length === 1, {
    error: `exactly one of ${kindNames.join(", ")}`,
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ oneOf: kindNames.map((kind) => ({ required: [kind] })) });

export type ReceiverText = z.output<typeof receiver>;

/** Links that go into each alert. The origin is fixed, so that nothing in an alert can lead elsewhere. */
export const links = z
  .record(
    z.string().min(1).max(40),
    z
      .string()
      .regex(/^https?:\/\/[^\s/{}?#@\\]+\/[^\s\\]*$/, {
        error: "an http or https URL such as https://wiki.example.com/{{scenario}}",
      })
      .superRefine((text, context) => refusePaths(pathsIn(text), context)),
  )
  .refine((all) => Object.keys(all).length <= 5, { error: "at most 5 links" })
  .default({})
  .meta({
    description: "links in each alert: a name, and a URL that may contain parts of the alert",
    examples: [{ Trace: "https://tempo.example.com/trace/{{evidence.last.traceId}}" }],
  });

function schemasOf(kinds: Kinds): { [Kind in keyof Kinds]: z.ZodOptional<Kinds[Kind]["schema"]> } {
  const schemas = Object.entries(kinds).map(([kind, { schema }]) => [kind, schema.optional()]);
  return Object.fromEntries(schemas) as { [Kind in keyof Kinds]: z.ZodOptional<Kinds[Kind]["schema"]> };
}
