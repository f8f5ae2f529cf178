-- Claims a slot and reserves its spend in one round trip: no number of workers passes a cap together.
CREATE OR REPLACE FUNCTION plumbline.claim_run(r jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_probe text := r->>'probeId';
  v_slot timestamptz := (r->>'slot')::timestamptz;
  v_at timestamptz := (r->>'at')::timestamptz;
  v_day date := ((r->>'at')::timestamptz AT TIME ZONE 'UTC')::date;
  v_hour timestamptz := date_trunc('hour', (r->>'at')::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  v_planned_micro bigint := (r->>'microUsd')::bigint;
  v_planned_tokens bigint := (r->>'tokens')::bigint;
  v_micro bigint := v_planned_micro;
  v_tokens bigint := v_planned_tokens;
  v_requests int := (r->>'requests')::int;
  v_payee text := coalesce(r->>'billedTo', r->>'target');
  v_budgets jsonb;
  v_reason text;
  v_is_own boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
  SELECT claimed_at = v_at AND trace_id = r->>'traceId' AND state = 'claimed' INTO v_is_own
    FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot;
  -- Whoever asks again because a connection broke before there was an answer has the claim that it left behind.
  IF FOUND THEN RETURN CASE WHEN r ? 'again' AND v_is_own THEN 'claimed' ELSE 'taken' END; END IF;
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND slot > v_slot - interval '1 day'
      AND state = 'claimed' AND deadline > v_at) THEN
    v_reason := 'overlap';
  ELSE
    SELECT CASE WHEN v_micro IS NULL THEN NULL ELSE greatest(v_micro, o.micro_usd) END, greatest(v_tokens, o.tokens)
      INTO v_micro, v_tokens FROM (SELECT 1) one LEFT JOIN plumbline.overdrafts o
      ON o.probe_id = v_probe AND o.model = r->>'model' AND o.at > v_at - interval '31 days';
    IF jsonb_array_length(r->'caps') > 0 THEN
      v_budgets := plumbline.reserve_budgets(r->'caps', v_at, coalesce(v_micro, 0), v_tokens, v_requests);
      IF v_budgets IS NULL THEN v_reason := 'spend-cap'; END IF;
    END IF;
    IF v_reason IS NULL THEN
      LOOP
        UPDATE plumbline.spend s SET micro_usd = s.micro_usd + coalesce(v_micro, 0), tokens = s.tokens + v_tokens,
            requests = s.requests + v_requests WHERE s.target = v_payee AND s.day = v_day;
        EXIT WHEN FOUND;
        INSERT INTO plumbline.spend (target, day) VALUES (v_payee, v_day) ON CONFLICT DO NOTHING;
      END LOOP;
      LOOP
        UPDATE plumbline.spend_hours s SET micro_usd = s.micro_usd + coalesce(v_micro, 0), tokens = s.tokens + v_tokens,
            requests = s.requests + v_requests WHERE s.target = v_payee AND s.hour = v_hour;
        EXIT WHEN FOUND;
        INSERT INTO plumbline.spend_hours (target, hour, micro_usd, tokens, requests) VALUES (v_payee, v_hour, 0, 0, 0) ON CONFLICT DO NOTHING;
      END LOOP;
    END IF;
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason, claimed_at, deadline,
      trace_id, reserved_micro_usd, reserved_tokens, reserved_requests, spend_day, budgets, billed_to, planned_micro_usd, planned_tokens)
    VALUES (r->>'runId', v_probe, v_slot, r->>'location', r->>'target', r->>'model', r->>'scenario',
      CASE WHEN v_reason IS NULL THEN 'claimed' ELSE 'skipped' END, v_reason, v_at, (r->>'deadline')::timestamptz,
      r->>'traceId', v_micro, v_tokens, v_requests, v_day, v_budgets, r->>'billedTo', v_planned_micro, v_planned_tokens);
  RETURN coalesce(v_reason, 'claimed');
END $$;

CREATE OR REPLACE FUNCTION plumbline.claim_unless_paused(r jsonb) RETURNS text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM plumbline.pauses WHERE probe_id = r->>'probeId') THEN
    RETURN plumbline.claim_run(r);
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
  VALUES (r->>'runId', r->>'probeId', (r->>'slot')::timestamptz, r->>'location', r->>'target', r->>'model',
    r->>'scenario', 'skipped', 'paused')
  ON CONFLICT DO NOTHING;
  RETURN CASE WHEN FOUND THEN 'paused' ELSE 'taken' END;
END $$;
