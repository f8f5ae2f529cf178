-- The entries of a run as they were before what says nothing new was left out: most are its first call.
CREATE OR REPLACE FUNCTION plumbline.whole_ledger(p_ledger jsonb, p_scenario text, p_target text, p_model text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'call', 'call', p_scenario, 'callNumber', 1, 'attempt', 1,
    'target', p_target, 'model', p_model) || entry ORDER BY place), p_ledger)
  FROM jsonb_array_elements(p_ledger) WITH ORDINALITY AS e (entry, place)
$$;

-- The sums of the entries of a target, day or hour are those of `spend` and `spend_hours`: what is not known of a run
-- stands as its reservation, less what is known of it. With them stands what people have put right.
CREATE OR REPLACE VIEW plumbline.ledger AS
  SELECT r.run_id, r.probe_id, r.slot, r.scenario, r.location, r.claimed_at, r.spend_day AS day, e.kind, e.call, e."callNumber" AS call_number, e.attempt, e.target,
    e.model, e.ended, e."microUsd" AS micro_usd, e.tokens, 1 AS requests, (e.price->>'inputPerMillion')::numeric AS input_micro_usd_per_million,
    (e.price->>'outputPerMillion')::numeric AS output_micro_usd_per_million
  FROM plumbline.runs r CROSS JOIN LATERAL jsonb_to_recordset(plumbline.whole_ledger(r.ledger, r.scenario, r.target, r.model)) AS e(kind text, call text, "callNumber" int, attempt int,
    target text, model text, ended text, "microUsd" bigint, tokens bigint, price jsonb)
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
