-- Writes a run and all that follows from it in one round trip, so that no lock is held while a client thinks: settles its
-- reservation, moves its series, accepts baselines, writes incidents and alerts. Says `moved` and writes nothing when
-- what was decided on has changed since it was read: decide again. `closed`: the claim is over. A decision without effects depends
-- on nothing but its probe: it says no version of what is around.
CREATE OR REPLACE FUNCTION plumbline.finish_run(r jsonb) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_probe text := r->>'probeId';
  v_slot timestamptz := (r->>'slot')::timestamptz;
  v_ended timestamptz := (r->>'endedAt')::timestamptz;
  v_state text;
  v_sent jsonb;
  v_day date;
  v_payee text;
  v_version text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
  -- Probes that find a target down at the same moment: the first one notifies people.
  IF (r->>'hasFault')::boolean THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:outage:' || (r->>'target'), 0));
  END IF;
  IF r->'sent' IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:sent', 0));
  END IF;
  SELECT state, spend_day, coalesce(billed_to, target) INTO v_state, v_day, v_payee
    FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot FOR UPDATE;
  -- Only the sweep interrupts a claim, and a slot is claimed once: a late result is the result of this claim.
  IF v_state IS NULL OR v_state NOT IN ('claimed', 'interrupted') THEN RETURN json_build_object('result', 'closed'); END IF;
  IF plumbline.own_version(v_probe) <> r->>'version' THEN RETURN json_build_object('result', 'moved'); END IF;
  IF r ? 'aroundVersion' THEN
    IF plumbline.around_version(r->>'target', r->>'location') <> r->>'aroundVersion' THEN
      RETURN json_build_object('result', 'moved');
    END IF;
  END IF;
  IF r->'sent' IS NOT NULL THEN
    -- Only the receivers that are about to get a message: what others got changes nothing.
    v_sent := plumbline.sent_since(v_ended - interval '1 hour');
    IF EXISTS (SELECT FROM jsonb_array_elements(r->'outbox') AS o
      WHERE v_sent->(o->>'receiver') IS DISTINCT FROM r->'sent'->(o->>'receiver')) THEN RETURN json_build_object('result', 'moved'); END IF;
  END IF;

  UPDATE plumbline.runs SET state = 'done', ended_at = v_ended, verdict = r->>'verdict', findings = r->'findings',
      unjudged = r->'unjudged', observations = r->'observations', ledger = r->'ledger', micro_usd = (r->>'microUsd')::bigint,
      tokens = (r->>'tokens')::bigint, requests = (r->>'requests')::int, total_ms = (r->>'totalMs')::float8,
      first_content_ms = (r->>'firstContentMs')::float8
    WHERE probe_id = v_probe AND slot = v_slot;
  -- What a late slot would have changed or accepted is as old as its state.
  WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(r->'series') AS s(id text, aspect text, label text, state jsonb, reading jsonb, accept jsonb)),
  written AS (
    INSERT INTO plumbline.series (series_id, probe_id, aspect, label, state, reading, last_slot)
    SELECT id, v_probe, aspect, label, state, reading, v_slot FROM wanted
    ON CONFLICT (series_id) DO UPDATE SET state = excluded.state, reading = excluded.reading, last_slot = excluded.last_slot
      WHERE plumbline.series.last_slot < excluded.last_slot RETURNING series_id)
  INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why, trace_id, span_id)
    SELECT id, coalesce((SELECT max(version) FROM plumbline.baselines b WHERE b.series_id = id), 0) + 1, (accept->>'n')::int,
      accept->'learned', v_ended, 'plumbline', accept->>'why', r->>'traceId', r->>'spanId'
    FROM wanted JOIN written ON series_id = id WHERE accept IS NOT NULL;
  IF r ? 'aroundVersion' THEN PERFORM plumbline.write_effects(r); END IF;
  v_version := plumbline.own_version(v_probe);
  -- Last, as all claims under a cap wait for its rows.
  PERFORM plumbline.settle_run(v_probe, v_slot);
  -- The sweep had counted it as unknown; settling has counted it again if it still is. Last, as its row is locked by now.
  IF v_state = 'interrupted' THEN
    UPDATE plumbline.spend s SET unknown_runs = greatest(0, s.unknown_runs - 1) WHERE s.target = v_payee AND s.day = v_day;
  END IF;
  RETURN json_build_object('result', 'committed', 'version', v_version);
END $$;
