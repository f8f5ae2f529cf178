-- A counter of a scope that holds several targets, such as all that use one key, begins with what those have used.

CREATE OR REPLACE FUNCTION plumbline.reserve_budgets(caps jsonb, at timestamptz, micro bigint, tok bigint, req bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_keys jsonb;
BEGIN
  SELECT coalesce(jsonb_agg(c || jsonb_build_object('starts', date_trunc(c->>'span', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
    ORDER BY c->>'scope', c->>'span'), '[]') INTO v_keys FROM jsonb_array_elements(caps) AS c;
  INSERT INTO plumbline.budgets AS b (scope, span, starts, micro_usd, tokens, requests)
    SELECT k.scope, k.span, k.starts, coalesce(sum(s.micro_usd), 0), coalesce(sum(s.tokens), 0), coalesce(sum(s.requests), 0)
    FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, targets jsonb)
    LEFT JOIN plumbline.spend s ON k.span <> 'hour' AND s.day >= (k.starts AT TIME ZONE 'UTC')::date
      AND (k.scope = 'all' OR k.scope = 'target/' || s.target OR jsonb_exists(k.targets, s.target))
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
  RETURN (SELECT jsonb_agg(k - 'targets') FROM jsonb_array_elements(v_keys) AS k);
END $$;
