-- Counters that caps are checked against, one for each scope, window and time; `spend` stays the ledger by target and
-- day. A run remembers which counters hold its reservation, so that settling it changes those and no others.

CREATE TABLE plumbline.budgets (
  scope text NOT NULL, span text NOT NULL CHECK (span IN ('hour', 'day', 'month')), starts timestamptz NOT NULL,
  micro_usd bigint NOT NULL, tokens bigint NOT NULL, requests bigint NOT NULL, PRIMARY KEY (scope, span, starts));

CREATE INDEX budgets_starts ON plumbline.budgets (starts);

ALTER TABLE plumbline.runs ADD COLUMN budgets jsonb;

-- What a run is about to reserve at most, and the caps it comes under. All of them hold, or nothing is reserved: the
-- counters are locked in one order, looked at together and raised together. A counter of a day or month that begins
-- while one is under way begins with what the ledger has.
CREATE FUNCTION plumbline.reserve_budgets(caps jsonb, at timestamptz, micro bigint, tok bigint, req bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_keys jsonb;
BEGIN
  SELECT coalesce(jsonb_agg(c || jsonb_build_object('starts', date_trunc(c->>'span', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
    ORDER BY c->>'scope', c->>'span'), '[]') INTO v_keys FROM jsonb_array_elements(caps) AS c;
  INSERT INTO plumbline.budgets AS b (scope, span, starts, micro_usd, tokens, requests)
    SELECT k.scope, k.span, k.starts, coalesce(sum(s.micro_usd), 0), coalesce(sum(s.tokens), 0), coalesce(sum(s.requests), 0)
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
    LEFT JOIN plumbline.spend s ON k.span <> 'hour' AND s.day >= (k.starts AT TIME ZONE 'UTC')::date
      AND (k.scope = 'all' OR k.scope = 'target/' || s.target)
    GROUP BY k.scope, k.span, k.starts ORDER BY k.scope, k.span ON CONFLICT DO NOTHING;
  PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
    USING (scope, span, starts) ORDER BY b.scope, b.span FOR UPDATE OF b;
  IF EXISTS (SELECT 1 FROM plumbline.budgets b
    JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, "microUsd" bigint, tokens bigint, requests bigint)
    USING (scope, span, starts)
    WHERE b.micro_usd + micro > k."microUsd" OR b.tokens + tok > k.tokens OR b.requests + req > k.requests) THEN RETURN NULL;
  END IF;
  UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + micro, tokens = b.tokens + tok, requests = b.requests + req
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
    WHERE b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
  RETURN v_keys;
END $$;

CREATE OR REPLACE FUNCTION plumbline.claim_run(r jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_probe text := r->>'probeId';
  v_slot timestamptz := (r->>'slot')::timestamptz;
  v_at timestamptz := (r->>'at')::timestamptz;
  v_day date := ((r->>'at')::timestamptz AT TIME ZONE 'UTC')::date;
  v_micro bigint := (r->>'microUsd')::bigint;
  v_tokens bigint := (r->>'tokens')::bigint;
  v_requests int := (r->>'requests')::int;
  v_budgets jsonb;
  v_reason text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot) THEN RETURN 'taken'; END IF;
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND state = 'claimed' AND deadline > v_at) THEN
    v_reason := 'overlap';
  ELSE
    IF jsonb_array_length(r->'caps') > 0 THEN
      v_budgets := plumbline.reserve_budgets(r->'caps', v_at, coalesce(v_micro, 0), v_tokens, v_requests);
      IF v_budgets IS NULL THEN v_reason := 'spend-cap'; END IF;
    END IF;
    IF v_reason IS NULL THEN
      INSERT INTO plumbline.spend AS s (target, day, micro_usd, tokens, requests)
        VALUES (r->>'target', v_day, coalesce(v_micro, 0), v_tokens, v_requests)
        ON CONFLICT (target, day) DO UPDATE SET micro_usd = s.micro_usd + excluded.micro_usd,
          tokens = s.tokens + excluded.tokens, requests = s.requests + excluded.requests;
    END IF;
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason, claimed_at, deadline,
      trace_id, reserved_micro_usd, reserved_tokens, reserved_requests, spend_day, budgets)
    VALUES (r->>'runId', v_probe, v_slot, r->>'location', r->>'target', r->>'model', r->>'scenario',
      CASE WHEN v_reason IS NULL THEN 'claimed' ELSE 'skipped' END, v_reason, v_at, (r->>'deadline')::timestamptz,
      r->>'traceId', v_micro, v_tokens, v_requests, v_day, v_budgets);
  RETURN coalesce(v_reason, 'claimed');
END $$;
