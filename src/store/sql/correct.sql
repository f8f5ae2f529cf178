-- Puts the ledger of a target right: sums, counters of caps, and the audit log, in the order of locks in which claims take
-- them. Null, and nothing changed, when there is less to take away.
CREATE OR REPLACE FUNCTION plumbline.correct_spend(r jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_target text := r->>'target';
  v_at timestamptz := (r->>'at')::timestamptz;
  v_day date := ((r->>'at')::timestamptz AT TIME ZONE 'UTC')::date;
  v_micro bigint := (r->>'microUsd')::bigint;
  v_tokens bigint := (r->>'tokens')::bigint;
  v_requests bigint := (r->>'requests')::bigint;
  v plumbline.spend%ROWTYPE;
BEGIN
  PERFORM 1 FROM plumbline.budgets b WHERE jsonb_exists(r->'scopes', b.scope)
    AND b.starts = date_trunc(b.span, v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' ORDER BY b.scope, b.span FOR UPDATE;
  SELECT * INTO v FROM plumbline.spend WHERE target = v_target AND day = v_day FOR UPDATE;
  IF NOT FOUND OR v.micro_usd + v_micro < 0 OR v.tokens + v_tokens < 0 OR v.requests + v_requests < 0 THEN RETURN NULL; END IF;
  -- A counter that is not as high as the ledger began later than the target's spend.
  UPDATE plumbline.budgets b SET micro_usd = greatest(0, b.micro_usd + v_micro), tokens = greatest(0, b.tokens + v_tokens),
      requests = greatest(0, b.requests + v_requests)
    WHERE jsonb_exists(r->'scopes', b.scope) AND b.starts = date_trunc(b.span, v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  UPDATE plumbline.spend SET micro_usd = micro_usd + v_micro, tokens = tokens + v_tokens, requests = requests + v_requests
    WHERE target = v_target AND day = v_day;
  UPDATE plumbline.spend_hours s SET micro_usd = greatest(0, s.micro_usd + v_micro), tokens = greatest(0, s.tokens + v_tokens),
      requests = greatest(0, s.requests + v_requests)
    WHERE s.target = v_target AND s.hour = date_trunc('hour', v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  -- What was used by mistake of the numbers is not reserved again.
  IF v_micro < 0 OR v_tokens < 0 THEN
    DELETE FROM plumbline.overdrafts WHERE target = v_target AND at >= v_day::timestamp AT TIME ZONE 'UTC';
  END IF;
  INSERT INTO plumbline.spend_corrections (at, corrected_at, target, micro_usd, tokens, requests, by, why)
    VALUES (v_at, (r->>'correctedAt')::timestamptz, v_target, v_micro, v_tokens, v_requests, r->>'by', r->>'why');
  INSERT INTO plumbline.acts (at, by, what, subject, why)
    VALUES ((r->>'correctedAt')::timestamptz, r->>'by', r->>'what', r->>'subject', r->>'why');
  RETURN jsonb_build_object('day', v_day,
    'before', jsonb_build_object('microUsd', v.micro_usd, 'tokens', v.tokens, 'requests', v.requests),
    'after', jsonb_build_object('microUsd', v.micro_usd + v_micro, 'tokens', v.tokens + v_tokens, 'requests', v.requests + v_requests));
END $$;
