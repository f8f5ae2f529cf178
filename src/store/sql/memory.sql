-- Routines are in PL/pgSQL because it keeps their plans; generic plans leave out partitions when they run, where others
-- are made anew for each call.

-- What every decision about a run depends on and others may change meanwhile: its commit compares it.
CREATE OR REPLACE FUNCTION plumbline.own_version(p_probe text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN concat_ws(' ',
    (SELECT xmin FROM plumbline.probe_states WHERE probe_id = p_probe),
    (SELECT md5(string_agg(fingerprint || xmin, ',' ORDER BY fingerprint)) FROM plumbline.incidents WHERE probe_id = p_probe));
END $$;

-- What a decision that writes incidents depends on as well: the open ones of others.
CREATE OR REPLACE FUNCTION plumbline.around_version(p_target text, p_location text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN concat_ws(' ',
    (SELECT md5(string_agg(fingerprint, ',' ORDER BY fingerprint)) FROM plumbline.incidents
      WHERE state IN ('open', 'acknowledged') AND body->>'target' = p_target AND body->>'location' = p_location
        AND body->>'kind' = 'availability' AND body->'group' IS NULL),
    (SELECT md5(string_agg(fingerprint, ',' ORDER BY fingerprint)) FROM plumbline.incidents
      WHERE state IN ('open', 'acknowledged') AND body->>'kind' IN ('contract', 'error-shape', 'expectation') AND body->'group' IS NULL));
END $$;

-- What is remembered of a probe, without its surroundings and, when p_known is their version, without its series.
CREATE OR REPLACE FUNCTION plumbline.own_memory(p_probe text, p_slot timestamptz, p_target text, p_known text) RETURNS json
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_version text := plumbline.own_version(p_probe);
BEGIN
  RETURN json_build_object(
    'version', v_version,
    'series', CASE WHEN v_version IS DISTINCT FROM p_known THEN coalesce((SELECT json_agg(s) FROM (
      SELECT series_id, probe_id, aspect, label, last_slot, version, n, learned, accepted_at, accepted_by, why, span
      FROM plumbline.series_memory WHERE probe_id = p_probe) s), '[]') END,
    'states', CASE WHEN v_version IS DISTINCT FROM p_known THEN
      (SELECT encode(states, 'base64') FROM plumbline.probe_states WHERE probe_id = p_probe) END,
    'incidents', (SELECT json_agg(body) FROM plumbline.incidents WHERE probe_id = p_probe),
    'planned', (SELECT json_agg(p ORDER BY p.starts_at DESC) FROM plumbline.planned p
      WHERE p.starts_at <= p_slot AND (p.probe_id = p_probe OR p.target = p_target)),
    'fleet', (SELECT row_to_json(f) FROM plumbline.fleet f),
    'last_good_slot', (SELECT last_good_slot FROM plumbline.progress
      WHERE probe_id = p_probe AND last_good_slot > p_slot - interval '7 days'),
    'groups', (SELECT json_agg(body) FROM plumbline.incidents
      WHERE state IN ('open', 'acknowledged') AND body->'group' IS NOT NULL));
END $$;

-- Everything that is remembered of a probe, for a run of it that ended at p_at. Null when its claim is no longer open.
CREATE OR REPLACE FUNCTION plumbline.whole_memory(
  p_probe text, p_slot timestamptz, p_target text, p_location text, p_at timestamptz) RETURNS json
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM plumbline.runs WHERE probe_id = p_probe AND slot = p_slot AND state IN ('claimed', 'interrupted')) THEN
    RETURN NULL;
  END IF;
  RETURN json_build_object(
    'own', plumbline.own_memory(p_probe, p_slot, p_target, NULL),
    'around_version', plumbline.around_version(p_target, p_location),
    'silences', (SELECT json_agg(s) FROM plumbline.silences s WHERE s.ends_at > p_at AND s.starts_at <= p_at),
    'outages', (SELECT json_agg(body) FROM plumbline.incidents
      WHERE state IN ('open', 'acknowledged') AND body->>'target' = p_target AND body->>'location' = p_location
        AND body->>'kind' = 'availability' AND body->'group' IS NULL),
    -- Those of the target first, then the oldest: a provider that changes may open thousands.
    'changes', (SELECT json_agg(body) FROM (SELECT body FROM plumbline.incidents
      WHERE state IN ('open', 'acknowledged') AND body->>'kind' IN ('contract', 'error-shape', 'expectation') AND body->'group' IS NULL
      ORDER BY body->>'target' = p_target DESC, (body->>'openedAtMs')::float8 LIMIT 50) AS found));
END $$;

-- Claims a slot, and returns with it what is remembered of its probe: a run that changes little needs no more. That is
-- read first, while nobody waits for the rows of caps that a claim locks.
CREATE OR REPLACE FUNCTION plumbline.begin_run(r jsonb) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  v_own json := plumbline.own_memory(r->>'probeId', (r->>'slot')::timestamptz, r->>'target', r->>'known');
  v_result text := plumbline.claim_unless_paused(r);
BEGIN
  RETURN json_build_object('result', v_result, 'own', CASE WHEN v_result = 'claimed' THEN v_own END);
END $$;

-- Claims several slots in one transaction, each as `begin_run` does, so that they wait for the disk once. One whose probe
-- somebody else has locked is `busy`. The counters of all are locked first and in order: they have some in common with
-- those of others.
CREATE OR REPLACE FUNCTION plumbline.begin_runs(p_runs jsonb) RETURNS json LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v record;
  v_owns json[] := '{}';
  v_results json[] := '{}';
  v_result text;
BEGIN
  FOR v IN SELECT value AS r FROM jsonb_array_elements(p_runs) LOOP
    v_owns := array_append(v_owns,
      plumbline.own_memory(v.r->>'probeId', (v.r->>'slot')::timestamptz, v.r->>'target', v.r->>'known'));
  END LOOP;
  IF jsonb_path_exists(p_runs, '$[*].caps[*]') THEN
    PERFORM plumbline.lock_budgets((SELECT jsonb_agg(DISTINCT c - '{isNew,microUsd,tokens,requests}'::text[] || jsonb_build_object('starts',
        date_trunc(c->>'span', (r->>'at')::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'))
      FROM jsonb_array_elements(p_runs) AS r, jsonb_array_elements(r->'caps') AS c));
  END IF;
  FOR v IN SELECT value AS r, ordinality::int AS place FROM jsonb_array_elements(p_runs) WITH ORDINALITY
      ORDER BY coalesce(value->>'billedTo', value->>'target'), value->>'at' LOOP
    IF pg_try_advisory_xact_lock(hashtextextended('plumbline:' || (v.r->>'probeId'), 0)) THEN
      v_result := plumbline.claim_unless_paused(v.r);
    ELSE
      v_result := 'busy';
    END IF;
    v_results[v.place] := json_build_object('result', v_result, 'own', CASE WHEN v_result = 'claimed' THEN v_owns[v.place] END);
  END LOOP;
  RETURN array_to_json(v_results);
END $$;
