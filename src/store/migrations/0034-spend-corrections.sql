-- What people have put right in the ledger, beside what runs have used: the sums of `spend` are those of both.
CREATE TABLE plumbline.spend_corrections (
  at timestamptz NOT NULL, corrected_at timestamptz NOT NULL, target text NOT NULL,
  micro_usd bigint NOT NULL, tokens bigint NOT NULL, requests bigint NOT NULL, by text NOT NULL, why text NOT NULL);

CREATE INDEX spend_corrections_at ON plumbline.spend_corrections (at);

CREATE OR REPLACE VIEW plumbline.ledger AS
  SELECT r.run_id, r.probe_id, r.slot, r.scenario, r.location, r.claimed_at, r.spend_day AS day, e.kind, e.call, e."callNumber" AS call_number, e.attempt, e.target,
    e.model, e.ended, e."microUsd" AS micro_usd, e.tokens, 1 AS requests, (e.price->>'inputPerMillion')::numeric AS input_micro_usd_per_million,
    (e.price->>'outputPerMillion')::numeric AS output_micro_usd_per_million
  FROM plumbline.runs r CROSS JOIN LATERAL jsonb_to_recordset(r.ledger) AS e(kind text, call text, "callNumber" int, attempt int, target text,
    model text, ended text, "microUsd" bigint, tokens bigint, price jsonb)
  WHERE r.ledger IS NOT NULL
  UNION ALL
  SELECT r.run_id, r.probe_id, r.slot, r.scenario, r.location, r.claimed_at, r.spend_day,
    CASE WHEN r.state = 'done' AND r.ledger IS NULL THEN 'run' ELSE 'reserved' END, NULL, NULL, NULL, coalesce(r.billed_to, r.target), NULL, NULL,
    greatest(0, coalesce(r.micro_usd, r.reserved_micro_usd) - known.micro_usd),
    greatest(0, coalesce(r.tokens, r.reserved_tokens) - known.tokens),
    coalesce(r.requests, r.reserved_requests) - known.requests, NULL, NULL
  FROM plumbline.runs r CROSS JOIN LATERAL (
    SELECT coalesce(sum("microUsd"), 0)::bigint AS micro_usd, coalesce(sum(tokens), 0)::bigint AS tokens, count(*)::int AS requests
    FROM jsonb_to_recordset(coalesce(r.ledger, '[]')) AS e("microUsd" bigint, tokens bigint)) known
  WHERE r.state IN ('claimed', 'done', 'interrupted')
    AND (r.ledger IS NULL OR r.micro_usd IS NULL OR r.tokens IS NULL)
  UNION ALL
  SELECT NULL, NULL, c.at, NULL, NULL, c.at, (c.at AT TIME ZONE 'UTC')::date, 'correction', NULL, NULL, NULL, c.target, NULL, NULL,
    c.micro_usd, c.tokens, c.requests::int, NULL, NULL
  FROM plumbline.spend_corrections c;
