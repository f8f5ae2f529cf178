-- Probes that somebody has paused: their slots are recorded as skipped, and nothing is sent.

CREATE TABLE plumbline.pauses (
  probe_id text PRIMARY KEY, by text NOT NULL, why text NOT NULL, since timestamptz NOT NULL);

CREATE FUNCTION plumbline.claim_unless_paused(r jsonb) RETURNS text LANGUAGE plpgsql AS $$
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
