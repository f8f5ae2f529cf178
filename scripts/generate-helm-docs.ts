import { readFileSync, writeFileSync } from "node:fs";
import { valueRows, withValueTable } from "./helm-values.ts";

const rows = valueRows(readFileSync("helm/values.yaml", "utf8"), readFileSync("helm/values.schema.json", "utf8"));
writeFileSync("helm/README.md", withValueTable(readFileSync("helm/README.md", "utf8"), rows));
