-- Every request has an entry of its own in the ledger. Sums by hour stand beside those by day, so that a cap of any span
-- begins with what was used before it was set. What a run took beyond its maximum is reserved for the next one.

-- `billed_to`: who is asked, and paid, where it is not the run's target. `planned_*`: the most that was allowed, where
-- more than that was reserved.
ALTER TABLE plumbline.runs ADD COLUMN billed_to text, ADD COLUMN ledger jsonb,
  ADD COLUMN planned_micro_usd bigint, ADD COLUMN planned_tokens bigint;

CREATE TABLE plumbline.spend_hours (
  target text NOT NULL, hour timestamptz NOT NULL, micro_usd bigint NOT NULL, tokens bigint NOT NULL,
  requests bigint NOT NULL, PRIMARY KEY (target, hour));

INSERT INTO plumbline.spend_hours (target, hour, micro_usd, tokens, requests)
  SELECT target, date_trunc('hour', claimed_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
    sum(coalesce(micro_usd, reserved_micro_usd, 0)), sum(coalesce(tokens, reserved_tokens, 0)), sum(coalesce(requests, reserved_requests, 0))
  FROM plumbline.runs WHERE slot > now() - interval '1 day' AND claimed_at IS NOT NULL
    AND state IN ('claimed', 'done', 'interrupted') GROUP BY 1, 2;

CREATE TABLE plumbline.overdrafts (
  probe_id text NOT NULL, model text NOT NULL, target text NOT NULL, at timestamptz NOT NULL,
  micro_usd bigint, tokens bigint NOT NULL, planned_micro_usd bigint, planned_tokens bigint NOT NULL,
  PRIMARY KEY (probe_id, model));

-- The sums of the entries of a target, day or hour are those of `spend` and `spend_hours`: what is not known of a run
-- stands as its reservation, less what is known of it.
CREATE VIEW plumbline.ledger AS
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
    AND (r.ledger IS NULL OR r.micro_usd IS NULL OR r.tokens IS NULL);

-- What a scope has used and reserved in the span that begins then.
CREATE FUNCTION plumbline.used_under(p_scope text, p_targets jsonb, p_span text, p_starts timestamptz)
RETURNS TABLE (micro_usd bigint, tokens bigint, requests bigint) LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(u.micro_usd), 0)::bigint, coalesce(sum(u.tokens), 0)::bigint, coalesce(sum(u.requests), 0)::bigint FROM (
    SELECT d.target, d.micro_usd, d.tokens, d.requests FROM plumbline.spend d
    WHERE p_span <> 'hour' AND d.day >= (p_starts AT TIME ZONE 'UTC')::date
      AND d.day < ((p_starts AT TIME ZONE 'UTC') + ('1 ' || p_span)::interval)::date
    UNION ALL
    SELECT h.target, h.micro_usd, h.tokens, h.requests FROM plumbline.spend_hours h WHERE p_span = 'hour' AND h.hour = p_starts) u
  WHERE p_scope = 'all' OR p_scope = 'target/' || u.target OR coalesce(jsonb_exists(p_targets, u.target), false)
$$;

-- Counters that are not there yet, and those of a cap that its worker has not asked by before (`isNew`), are brought
-- up to the ledger: a cap may be set, taken away and set again while a span is under way. All counters are locked in
-- one order before any is changed.
CREATE OR REPLACE FUNCTION plumbline.reserve_budgets(caps jsonb, at timestamptz, micro bigint, tok bigint, req bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_keys jsonb;
BEGIN
  SELECT coalesce(jsonb_agg(c || jsonb_build_object('starts', date_trunc(c->>'span', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
    ORDER BY c->>'scope', c->>'span'), '[]') INTO v_keys FROM jsonb_array_elements(caps) AS c;
  INSERT INTO plumbline.budgets AS b (scope, span, starts, micro_usd, tokens, requests)
    SELECT k.scope, k.span, k.starts, u.micro_usd, u.tokens, u.requests
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, targets jsonb)
    CROSS JOIN LATERAL plumbline.used_under(k.scope, k.targets, k.span, k.starts) u
    WHERE NOT EXISTS (SELECT 1 FROM plumbline.budgets o WHERE o.scope = k.scope AND o.span = k.span AND o.starts = k.starts)
    ORDER BY k.scope, k.span ON CONFLICT DO NOTHING;
  PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
    USING (scope, span, starts) ORDER BY b.scope, b.span FOR UPDATE OF b;
  UPDATE plumbline.budgets b SET micro_usd = greatest(b.micro_usd, u.micro_usd), tokens = greatest(b.tokens, u.tokens),
      requests = greatest(b.requests, u.requests)
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, targets jsonb, "isNew" boolean)
    CROSS JOIN LATERAL plumbline.used_under(k.scope, k.targets, k.span, k.starts) u
    WHERE k."isNew" AND b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
  IF EXISTS (SELECT 1 FROM plumbline.budgets b
    JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, "microUsd" bigint, tokens bigint, requests bigint)
    USING (scope, span, starts)
    WHERE b.micro_usd + micro > k."microUsd" OR b.tokens + tok > k.tokens OR b.requests + req > k.requests) THEN RETURN NULL;
  END IF;
  UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + micro, tokens = b.tokens + tok, requests = b.requests + req
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
    WHERE b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
  RETURN (SELECT jsonb_agg(k - 'targets' - 'isNew') FROM jsonb_array_elements(v_keys) AS k);
END $$;

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
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot) THEN RETURN 'taken'; END IF;
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND state = 'claimed' AND deadline > v_at) THEN
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
      INSERT INTO plumbline.spend AS s (target, day, micro_usd, tokens, requests)
        VALUES (v_payee, v_day, coalesce(v_micro, 0), v_tokens, v_requests)
        ON CONFLICT (target, day) DO UPDATE SET micro_usd = s.micro_usd + excluded.micro_usd,
          tokens = s.tokens + excluded.tokens, requests = s.requests + excluded.requests;
      INSERT INTO plumbline.spend_hours AS s (target, hour, micro_usd, tokens, requests)
        VALUES (v_payee, v_hour, coalesce(v_micro, 0), v_tokens, v_requests)
        ON CONFLICT (target, hour) DO UPDATE SET micro_usd = s.micro_usd + excluded.micro_usd,
          tokens = s.tokens + excluded.tokens, requests = s.requests + excluded.requests;
    END IF;
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason, claimed_at, deadline,
      trace_id, reserved_micro_usd, reserved_tokens, reserved_requests, spend_day, budgets, billed_to, planned_micro_usd, planned_tokens)
    VALUES (r->>'runId', v_probe, v_slot, r->>'location', r->>'target', r->>'model', r->>'scenario',
      CASE WHEN v_reason IS NULL THEN 'claimed' ELSE 'skipped' END, v_reason, v_at, (r->>'deadline')::timestamptz,
      r->>'traceId', v_micro, v_tokens, v_requests, v_day, v_budgets, r->>'billedTo', v_planned_micro, v_planned_tokens);
  RETURN coalesce(v_reason, 'claimed');
END $$;

-- What is known takes the place of what was reserved, in the order of locks in which claims take them.
CREATE FUNCTION plumbline.settle_run(p_probe text, p_slot timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v plumbline.runs%ROWTYPE;
  v_micro bigint;
  v_tokens bigint;
  v_requests bigint;
  v_known_micro bigint;
  v_known_tokens bigint;
BEGIN
  SELECT * INTO v FROM plumbline.runs WHERE probe_id = p_probe AND slot = p_slot;
  SELECT coalesce(v.micro_usd, sum("microUsd")), coalesce(v.tokens, sum(tokens)) INTO v_known_micro, v_known_tokens
    FROM jsonb_to_recordset(coalesce(v.ledger, '[]')) AS e("microUsd" bigint, tokens bigint);
  v_micro := coalesce(v.micro_usd - v.reserved_micro_usd, greatest(0, v_known_micro - v.reserved_micro_usd), 0);
  v_tokens := coalesce(v.tokens - v.reserved_tokens, greatest(0, v_known_tokens - v.reserved_tokens), 0);
  v_requests := v.requests - v.reserved_requests;
  PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(coalesce(v.budgets, '[]')) AS k(scope text, span text, starts timestamptz)
    USING (scope, span, starts) ORDER BY b.scope, b.span FOR UPDATE OF b;
  UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + v_micro, tokens = b.tokens + v_tokens, requests = b.requests + v_requests
    FROM jsonb_to_recordset(coalesce(v.budgets, '[]')) AS k(scope text, span text, starts timestamptz)
    WHERE b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
  UPDATE plumbline.spend s SET micro_usd = s.micro_usd + v_micro, tokens = s.tokens + v_tokens, requests = s.requests + v_requests,
      unknown_runs = s.unknown_runs + CASE WHEN v.tokens IS NULL THEN 1 ELSE 0 END
    WHERE s.target = coalesce(v.billed_to, v.target) AND s.day = v.spend_day;
  UPDATE plumbline.spend_hours s SET micro_usd = s.micro_usd + v_micro, tokens = s.tokens + v_tokens, requests = s.requests + v_requests
    WHERE s.target = coalesce(v.billed_to, v.target)
      AND s.hour = date_trunc('hour', v.claimed_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  IF v_known_micro > v.planned_micro_usd OR v_known_tokens > v.planned_tokens THEN
    INSERT INTO plumbline.overdrafts AS o (probe_id, model, target, at, micro_usd, tokens, planned_micro_usd, planned_tokens)
      VALUES (v.probe_id, v.model, v.target, v.claimed_at, v_known_micro, coalesce(v_known_tokens, 0), v.planned_micro_usd, v.planned_tokens)
      ON CONFLICT (probe_id, model) DO UPDATE SET at = greatest(o.at, excluded.at), target = excluded.target,
        micro_usd = greatest(o.micro_usd, excluded.micro_usd), tokens = greatest(o.tokens, excluded.tokens),
        planned_micro_usd = excluded.planned_micro_usd, planned_tokens = excluded.planned_tokens;
  END IF;
END $$;
