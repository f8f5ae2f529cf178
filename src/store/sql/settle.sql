-- What is known takes the place of what was reserved, in the order of locks in which claims take them.
CREATE OR REPLACE FUNCTION plumbline.settle_run(p_probe text, p_slot timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v plumbline.runs%ROWTYPE;
  v_micro bigint;
  v_tokens bigint;
  v_requests bigint;
  v_known_micro bigint;
  v_known_tokens bigint;
BEGIN
  SELECT * INTO v FROM plumbline.runs WHERE probe_id = p_probe AND slot = p_slot;
  IF v.micro_usd IS NULL OR v.tokens IS NULL THEN
    SELECT coalesce(v.micro_usd, sum("microUsd")), coalesce(v.tokens, sum(tokens)) INTO v_known_micro, v_known_tokens
      FROM jsonb_to_recordset(coalesce(v.ledger, '[]')) AS e("microUsd" bigint, tokens bigint);
  ELSE
    v_known_micro := v.micro_usd;
    v_known_tokens := v.tokens;
  END IF;
  v_micro := coalesce(v.micro_usd - v.reserved_micro_usd, greatest(0, v_known_micro - v.reserved_micro_usd), 0);
  v_tokens := coalesce(v.tokens - v.reserved_tokens, greatest(0, v_known_tokens - v.reserved_tokens), 0);
  v_requests := v.requests - v.reserved_requests;
  IF v.budgets IS NOT NULL THEN
    PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(v.budgets) AS k(scope text, span text, starts timestamptz)
      USING (scope, span, starts) ORDER BY b.scope, b.span FOR UPDATE OF b;
    UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + v_micro, tokens = b.tokens + v_tokens, requests = b.requests + v_requests
      FROM jsonb_to_recordset(v.budgets) AS k(scope text, span text, starts timestamptz)
      WHERE b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
  END IF;
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
