import type { Target } from "../probe/target.ts";
import { met, named, open, type Rule, setting } from "./ruled.ts";

const isFree = ({ price }: Target): boolean => price?.inputPerMillion === 0 && price.outputPerMillion === 0;

/** What the operator has to know besides the replies. */
export const operationRules: readonly Rule[] = [
  {
    item: "billing",
    condition: (target) =>
      isFree(target)
        ? "the configured prices are 0: there is nothing to reconcile"
        : "usage-reconciliation: the provider's own figures move with a plain request",
    judge(view) {
      const { target } = view;
      if (isFree(target)) return met("prices are 0");
      if (target.audit?.billing === undefined) {
        const free = `${setting(target, "prices")} to { input: 0 USD, output: 0 USD }`;
        return open(
          "no billing source is configured",
          `set ${setting(target, "audit.billing")}, or for a target that costs nothing ${free}`,
        );
      }
      const counted = named(view, "usage-reconciliation", /^counted: /);
      const line = counted
        .map(({ subject, observed }) => `${subject.replace("counted: ", "")}: ${observed}`)
        .join("; ");
      const plain = counted.find(({ subject }) => subject === "counted: plain");
      const isCounted = plain?.outcome === "held" && plain.observed.startsWith("yes");
      const remedy = `raise ${setting(target, "audit.billing.lag")}, or correct url and key of ${setting(target, "audit.billing")}`;
      return isCounted ? met(line) : open(line || "no figures", remedy);
    },
  },
  {
    item: "documentation",
    condition: () => "the page that the contract was checked against is named, with the date",
    judge({ target }) {
      const page = target.audit?.documentation;
      return page === undefined
        ? open(
            "no documentation is configured",
            `set ${setting(target, "audit.documentation")} to the page and the day somebody read it: { url, checked }`,
          )
        : met(`${page.url}, checked ${page.checked}`);
    },
  },
];
