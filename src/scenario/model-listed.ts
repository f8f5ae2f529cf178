import { outcomeText, replyOf, expectationRule } from "./rules.ts";
import { noQuestion, seenIn, stepwise } from "./steps.ts";

/** Some servers list models without a key, and some have no list: only what a list says is judged. */
export const modelListed = stepwise({
  name: "model-listed",
  summary: "the model is in the list of models, where there is one",
  polarity: "negative",
  steps: [
    {
      name: "model-listed",
      call: ({ target }) => ({
        ask: noQuestion,
        credential: "configured",
        method: "GET",
        path: "/models",
        expectModel: target.model,
        isAuxiliary: true,
      }),
    },
  ],
  checks(done, { model }) {
    const seen = seenIn(done, "model-listed");
    if (seen === undefined) return [];
    const isListed = replyOf(seen)?.isListed;
    const absent =
      isListed === false ? "not in the list: an alias, or gone" : `no list of models (${outcomeText(seen)})`;
    return [expectationRule("model listed", isListed === true ? true : undefined, model, isListed ? "listed" : absent)];
  },
});
