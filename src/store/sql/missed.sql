-- Records slots that nobody took, and with them up to when every due slot of a probe has a row: after a crash it is known
-- where to go on. That time is written every few minutes only; to offer a slot again that has a row changes nothing.
CREATE OR REPLACE FUNCTION plumbline.record_missed(p_missed jsonb, p_accounted jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  v_written text[];
BEGIN
  WITH written AS (
    INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
    SELECT run_id, probe_id, slot, location, target, model, scenario, 'missed', coalesce(reason, 'no-worker')
    FROM jsonb_to_recordset(p_missed)
      AS m(run_id text, probe_id text, slot timestamptz, location text, target text, model text, scenario text, reason text)
    ORDER BY probe_id, slot ON CONFLICT DO NOTHING RETURNING run_id)
  SELECT coalesce(array_agg(run_id), '{}') INTO v_written FROM written;
  INSERT INTO plumbline.progress AS p (probe_id, accounted_until)
    SELECT probe_id, until FROM jsonb_to_recordset(p_accounted) AS a(probe_id text, until timestamptz) ORDER BY probe_id
    ON CONFLICT (probe_id) DO UPDATE SET accounted_until = excluded.accounted_until
      WHERE p.accounted_until IS NULL OR excluded.accounted_until >= p.accounted_until + interval '5 minutes'
        OR excluded.accounted_until < p.accounted_until;
  RETURN v_written;
END $$;
