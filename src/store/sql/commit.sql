-- What judges remember of the series of a probe.
CREATE OR REPLACE FUNCTION plumbline.write_states(p_probe text, r jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- `ON CONFLICT DO UPDATE` would lock the row first, in a record of its own.
  LOOP
    UPDATE plumbline.probe_states SET states = decode(r->>'states', 'base64'), away = (r->>'away')::float8,
        learned = (r->>'learned')::int, to_learn = (r->>'toLearn')::int
      WHERE probe_id = p_probe;
    EXIT WHEN FOUND;
    INSERT INTO plumbline.probe_states (probe_id, states) VALUES (p_probe, '') ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

-- Writes a run and all that follows from it, but for its reservation: moves its series, accepts baselines, writes
-- incidents and alerts. Says `moved` and writes nothing when what was decided on has changed since it was read: decide
-- again. `closed`: the claim is over. A decision without effects depends on nothing but its probe: it says no version of
-- what is around. Whoever calls it has locked the probe, and settles what it says is owed.
CREATE OR REPLACE FUNCTION plumbline.write_run(r jsonb, OUT result text, OUT version text, OUT owed jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_probe text := r->>'probeId';
  v_slot timestamptz := (r->>'slot')::timestamptz;
  v_ended timestamptz := (r->>'endedAt')::timestamptz;
  v_state text;
  v_sent jsonb;
  v plumbline.runs%ROWTYPE;
  v_known_micro bigint;
  v_known_tokens bigint;
BEGIN
  SELECT state INTO v_state FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot FOR UPDATE;
  -- Only the sweep interrupts a claim, and a slot is claimed once: a late result is the result of this claim.
  result := 'closed';
  IF v_state IS NULL OR v_state NOT IN ('claimed', 'interrupted') THEN RETURN; END IF;
  result := 'moved';
  IF plumbline.own_version(v_probe) <> r->>'version' THEN RETURN; END IF;
  IF r ? 'aroundVersion' THEN
    IF plumbline.around_version(r->>'target', r->>'location') <> r->>'aroundVersion' THEN RETURN; END IF;
  END IF;
  IF r->'sent' IS NOT NULL THEN
    -- Only the receivers that are about to get a message: what others got changes nothing.
    v_sent := plumbline.sent_since(v_ended - interval '1 hour');
    IF EXISTS (SELECT FROM jsonb_array_elements(r->'outbox') AS o
      WHERE v_sent->(o->>'receiver') IS DISTINCT FROM r->'sent'->(o->>'receiver')) THEN RETURN; END IF;
  END IF;

  UPDATE plumbline.runs SET state = 'done', ended_at = v_ended, verdict = r->>'verdict', findings = r->'findings',
      unjudged = r->'unjudged', observations = r->'observations', ledger = r->'ledger', micro_usd = (r->>'microUsd')::bigint,
      tokens = (r->>'tokens')::bigint, requests = (r->>'requests')::int, total_ms = (r->>'totalMs')::float8,
      first_content_ms = (r->>'firstContentMs')::float8
    WHERE probe_id = v_probe AND slot = v_slot RETURNING * INTO v;
  IF r ? 'states' THEN
    INSERT INTO plumbline.series (series_id, probe_id, aspect, label, last_slot, pages, of_group)
      SELECT id, v_probe, aspect, label, v_slot, pages, of_group
      FROM jsonb_to_recordset(r->'series') AS s(id text, aspect text, label text, pages text, of_group text)
      ON CONFLICT (series_id) DO UPDATE SET last_slot = excluded.last_slot, pages = excluded.pages, of_group = excluded.of_group;
    PERFORM plumbline.write_states(v_probe, r);
    INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why, trace_id, span_id)
      SELECT a->>'id', coalesce((SELECT max(b.version) FROM plumbline.baselines b WHERE b.series_id = a->>'id'), 0) + 1,
        (a->>'n')::int, a->'learned', v_ended, 'plumbline', a->>'why', r->>'traceId', r->>'spanId'
      FROM jsonb_array_elements(r->'accepts') AS a;
  END IF;
  IF r ? 'aroundVersion' THEN PERFORM plumbline.write_effects(r); END IF;

  v_known_micro := v.micro_usd;
  v_known_tokens := v.tokens;
  IF v.micro_usd IS NULL OR v.tokens IS NULL THEN
    SELECT coalesce(v.micro_usd, sum("microUsd")), coalesce(v.tokens, sum(tokens)) INTO v_known_micro, v_known_tokens
      FROM jsonb_to_recordset(coalesce(v.ledger, '[]')) AS e("microUsd" bigint, tokens bigint);
  END IF;
  IF v_known_micro > v.planned_micro_usd OR v_known_tokens > v.planned_tokens THEN
    INSERT INTO plumbline.overdrafts AS o (probe_id, model, target, at, micro_usd, tokens, planned_micro_usd, planned_tokens)
      VALUES (v.probe_id, v.model, v.target, v.claimed_at, v_known_micro, coalesce(v_known_tokens, 0), v.planned_micro_usd, v.planned_tokens)
      ON CONFLICT (probe_id, model) DO UPDATE SET at = greatest(o.at, excluded.at), target = excluded.target,
        micro_usd = greatest(o.micro_usd, excluded.micro_usd), tokens = greatest(o.tokens, excluded.tokens),
        planned_micro_usd = excluded.planned_micro_usd, planned_tokens = excluded.planned_tokens;
  END IF;
  result := 'committed';
  version := plumbline.own_version(v_probe);
  owed := jsonb_build_object('payee', coalesce(v.billed_to, v.target), 'day', v.spend_day,
    'hour', date_trunc('hour', v.claimed_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', 'budgets', v.budgets,
    'microUsd', coalesce(v.micro_usd - v.reserved_micro_usd, greatest(0, v_known_micro - v.reserved_micro_usd), 0),
    'tokens', coalesce(v.tokens - v.reserved_tokens, greatest(0, v_known_tokens - v.reserved_tokens), 0),
    'requests', v.requests - v.reserved_requests,
    'unknown', (v.tokens IS NULL)::int - (v_state = 'interrupted')::int);
END $$;

-- Commits one run in one round trip, so that no lock is held while a client thinks.
CREATE OR REPLACE FUNCTION plumbline.finish_run(r jsonb) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || (r->>'probeId'), 0));
  -- Probes that find a target down at the same moment: the first one notifies people.
  IF (r->>'hasFault')::boolean THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:outage:' || (r->>'target'), 0));
  END IF;
  IF r->'sent' IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:sent', 0));
  END IF;
  SELECT * INTO v FROM plumbline.write_run(r);
  -- Last, as all claims under a cap wait for its rows.
  IF v.owed IS NOT NULL THEN PERFORM plumbline.settle(jsonb_build_array(v.owed)); END IF;
  RETURN json_build_object('result', v.result, 'version', v.version);
END $$;

-- Commits several runs without effects in one transaction, so that they wait for the disk once. One whose probe somebody
-- else has locked is `busy` and not written. By probe, in which order `record_missed` locks what triggers keep of them.
CREATE OR REPLACE FUNCTION plumbline.finish_runs(p_runs jsonb) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_run record;
  v record;
  v_results json[] := '{}';
  v_owed jsonb := '[]';
BEGIN
  FOR v_run IN SELECT value AS r, ordinality::int AS place FROM jsonb_array_elements(p_runs) WITH ORDINALITY
      ORDER BY value->>'probeId' LOOP
    IF pg_try_advisory_xact_lock(hashtextextended('plumbline:' || (v_run.r->>'probeId'), 0)) THEN
      SELECT * INTO v FROM plumbline.write_run(v_run.r);
      v_results[v_run.place] := json_build_object('result', v.result, 'version', v.version);
      IF v.owed IS NOT NULL THEN v_owed := v_owed || v.owed; END IF;
    ELSE
      v_results[v_run.place] := json_build_object('result', 'busy');
    END IF;
  END LOOP;
  PERFORM plumbline.settle(v_owed);
  RETURN array_to_json(v_results);
END $$;
