-- What a scope has used and reserved in the span that begins then.
CREATE OR REPLACE FUNCTION plumbline.used_under(p_scope text, p_targets jsonb, p_span text, p_starts timestamptz)
RETURNS TABLE (micro_usd bigint, tokens bigint, requests bigint) LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(u.micro_usd), 0)::bigint, coalesce(sum(u.tokens), 0)::bigint, coalesce(sum(u.requests), 0)::bigint FROM (
    SELECT d.target, d.micro_usd, d.tokens, d.requests FROM plumbline.spend d
    WHERE p_span <> 'hour' AND d.day >= (p_starts AT TIME ZONE 'UTC')::date
      AND d.day < ((p_starts AT TIME ZONE 'UTC') + ('1 ' || p_span)::interval)::date
    UNION ALL
    SELECT h.target, h.micro_usd, h.tokens, h.requests FROM plumbline.spend_hours h WHERE p_span = 'hour' AND h.hour = p_starts) u
  WHERE p_scope = 'all' OR p_scope = 'target/' || u.target OR coalesce(jsonb_exists(p_targets, u.target), false)
$$;

-- Makes counters that are not there yet, then locks all of them, both in one order: whoever holds one and waits for
-- another waits for nobody who waits for the first.
CREATE OR REPLACE FUNCTION plumbline.lock_budgets(p_keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO plumbline.budgets AS b (scope, span, starts, micro_usd, tokens, requests)
    SELECT k.scope, k.span, k.starts, u.micro_usd, u.tokens, u.requests
    FROM jsonb_to_recordset(p_keys) AS k(scope text, span text, starts timestamptz, targets jsonb)
    CROSS JOIN LATERAL plumbline.used_under(k.scope, k.targets, k.span, k.starts) u
    WHERE NOT EXISTS (SELECT 1 FROM plumbline.budgets o WHERE o.scope = k.scope AND o.span = k.span AND o.starts = k.starts)
    ORDER BY k.scope, k.span, k.starts ON CONFLICT DO NOTHING;
  PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(p_keys) AS k(scope text, span text, starts timestamptz)
    USING (scope, span, starts) ORDER BY b.scope, b.span, b.starts FOR UPDATE OF b;
END $$;

-- Counters that are new, and those of a cap that its worker has not asked by before (`isNew`), are brought up to the
-- ledger: a cap may be set, taken away and set again while a span is under way.
CREATE OR REPLACE FUNCTION plumbline.reserve_budgets(caps jsonb, at timestamptz, micro bigint, tok bigint, req bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_keys jsonb;
BEGIN
  SELECT coalesce(jsonb_agg(c || jsonb_build_object('starts', date_trunc(c->>'span', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
    ORDER BY c->>'scope', c->>'span'), '[]') INTO v_keys FROM jsonb_array_elements(caps) AS c;
  PERFORM plumbline.lock_budgets(v_keys);
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
