import { expect, it } from "vitest";
import { wellFormed } from "./well-formed.ts";

it.each(["<a/>", '<a b="1"><c>x &amp; y</c>\n</a>', '<?xml version="1.0" encoding="UTF-8"?>\n<a></a>\n'])(
  "accepts %s",
  (xml) => {
    expect(wellFormed(xml)).toBe(true);
  },
);

it.each([
  "",
  "<a>",
  "<a></b>",
  "<a/><b/>",
  "<a>&</a>",
  '<a b="<"/>',
  '<a b="""/>',
  "<a>]]></a>",
  "<a>\u0000</a>",
  "x<a/>",
  "<a>\uD800</a>",
])("refuses %j", (xml) => {
  expect(wellFormed(xml)).toBe(false);
});
