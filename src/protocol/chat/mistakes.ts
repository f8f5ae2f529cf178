import type { BodyEdit, Mistake } from "../protocol.ts";

const tokenLimits = ["max_tokens", "max_completion_tokens"];

export const mistakes: Readonly<Record<Mistake, BodyEdit>> = {
  "missing-model": ({ model: _model, ...rest }) => rest,
  "unavailable-model": (body) => ({ ...body, model: "plumbline-no-such-model" }),
  "malformed-messages": (body) => ({ ...body, messages: "plumb" }),
  "unsupported-role": (body) => ({ ...body, messages: [{ role: "plumber", content: "plumb" }] }),
  "impossible-token-limit": (body) =>
    Object.fromEntries(Object.entries(body).map(([field, value]) => [field, tokenLimits.includes(field) ? -1 : value])),
  "unknown-parameter": (body) => ({ ...body, plumbline_unknown_parameter: true }),
};
