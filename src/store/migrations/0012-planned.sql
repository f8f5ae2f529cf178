-- Changes that people plan; running totals of good and bad runs and of what they used; runs are found by their time.

CREATE TABLE plumbline.planned (
  id text PRIMARY KEY, target text, probe_id text, starts_at timestamptz NOT NULL, by text NOT NULL, why text NOT NULL,
  CHECK ((target IS NULL) <> (probe_id IS NULL)));

-- Runs lie in the order of their time: this index is a few pages for a million of them.
CREATE INDEX runs_slot ON plumbline.runs USING brin (slot) WITH (pages_per_range = 16);

CREATE INDEX runs_over_cap ON plumbline.runs (slot, target) WHERE state = 'skipped' AND reason = 'spend-cap';

-- Running totals up to each time: what lies between two times is a difference, however far they are apart.
CREATE TABLE plumbline.tallies (
  target text NOT NULL, under_ms float8 NOT NULL, at timestamptz NOT NULL, runs bigint NOT NULL, bad bigint NOT NULL,
  micro_usd bigint NOT NULL, tokens bigint NOT NULL, requests bigint NOT NULL, PRIMARY KEY (target, under_ms, at));

CREATE TABLE plumbline.tallied (
  target text NOT NULL, under_ms float8 NOT NULL, since timestamptz NOT NULL, until timestamptz NOT NULL,
  PRIMARY KEY (target, under_ms));
