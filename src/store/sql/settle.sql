-- What is known of runs takes the place of what was reserved for them: `owed` is what `write_run` says of each. All rows
-- are locked in the order in which claims lock them.
CREATE OR REPLACE FUNCTION plumbline.settle(p_owed jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v record;
BEGIN
  IF jsonb_path_exists(p_owed, '$[*].budgets[*]') THEN
    PERFORM 1 FROM plumbline.budgets b WHERE (b.scope, b.span, b.starts) IN (
      SELECT k.scope, k.span, k.starts FROM jsonb_array_elements(p_owed) AS o,
        jsonb_to_recordset(o->'budgets') AS k(scope text, span text, starts timestamptz) WHERE jsonb_typeof(o->'budgets') = 'array')
      ORDER BY b.scope, b.span, b.starts FOR UPDATE;
    FOR v IN SELECT k.scope, k.span, k.starts, sum((o->>'microUsd')::bigint) AS micro, sum((o->>'tokens')::bigint) AS tokens,
        sum((o->>'requests')::bigint) AS requests FROM jsonb_array_elements(p_owed) AS o,
        jsonb_to_recordset(o->'budgets') AS k(scope text, span text, starts timestamptz)
      WHERE jsonb_typeof(o->'budgets') = 'array' GROUP BY 1, 2, 3 LOOP
      UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + v.micro, tokens = b.tokens + v.tokens, requests = b.requests + v.requests
        WHERE b.scope = v.scope AND b.span = v.span AND b.starts = v.starts;
    END LOOP;
  END IF;
  FOR v IN SELECT payee, day, hour, sum("microUsd") AS micro, sum(tokens) AS tokens, sum(requests) AS requests, sum(unknown) AS unknown
      FROM jsonb_to_recordset(p_owed)
        AS o(payee text, day date, hour timestamptz, "microUsd" bigint, tokens bigint, requests int, unknown int)
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LOOP
    -- The sweep had counted an interrupted run as unknown.
    UPDATE plumbline.spend s SET micro_usd = s.micro_usd + v.micro, tokens = s.tokens + v.tokens, requests = s.requests + v.requests,
        unknown_runs = greatest(0, s.unknown_runs + v.unknown)
      WHERE s.target = v.payee AND s.day = v.day;
    UPDATE plumbline.spend_hours s SET micro_usd = s.micro_usd + v.micro, tokens = s.tokens + v.tokens, requests = s.requests + v.requests
      WHERE s.target = v.payee AND s.hour = v.hour;
  END LOOP;
END $$;
