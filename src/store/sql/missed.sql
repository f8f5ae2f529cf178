-- Records slots that nobody took, and with them up to when every due slot of a probe has a row: after a crash it is known
-- where to go on. That time is written every few minutes only; to offer a slot again that has a row changes nothing.
CREATE OR REPLACE FUNCTION plumbline.record_missed(p_missed jsonb, p_accounted jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  v_written text[];
BEGIN
  -- First, and those of all slots, so that probes are locked in one order: commits of several runs lock some of them. What
  -- would not change is left unlocked.
  INSERT INTO plumbline.progress AS p (probe_id, accounted_until)
    SELECT a.probe_id, a.until FROM jsonb_to_recordset(p_accounted) AS a(probe_id text, until timestamptz)
      LEFT JOIN plumbline.progress q USING (probe_id)
    WHERE q.accounted_until IS NULL OR a.until >= q.accounted_until + interval '5 minutes' OR a.until < q.accounted_until
      OR a.probe_id IN (SELECT m->>'probe_id' FROM jsonb_array_elements(p_missed) AS m)
    ORDER BY a.probe_id
    ON CONFLICT (probe_id) DO UPDATE SET accounted_until = excluded.accounted_until
      WHERE p.accounted_until IS NULL OR excluded.accounted_until >= p.accounted_until + interval '5 minutes'
        OR excluded.accounted_until < p.accounted_until;
  WITH written AS (
    INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
    SELECT run_id, probe_id, slot, location, target, model, scenario, 'missed', coalesce(reason, 'no-worker')
    FROM jsonb_to_recordset(p_missed)
      AS m(run_id text, probe_id text, slot timestamptz, location text, target text, model text, scenario text, reason text)
    ORDER BY probe_id, slot ON CONFLICT DO NOTHING RETURNING run_id, probe_id, slot, location, target, scenario, reason),
  -- Those that were left out are too many for the triggers of `runs`.
  left_out AS (SELECT * FROM written WHERE reason = 'overload'),
  counted AS (
    INSERT INTO plumbline.left_out AS l (location, minute, slots)
    SELECT location, date_trunc('minute', slot), count(*) FROM left_out GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (location, minute) DO UPDATE SET slots = l.slots + excluded.slots),
  noted AS (
    INSERT INTO plumbline.progress AS p (probe_id, target, scenario, last_slot, last_done_at)
    SELECT probe_id, max(target), max(scenario), max(slot), max(slot) FROM left_out GROUP BY 1 ORDER BY 1
    ON CONFLICT (probe_id) DO UPDATE SET target = excluded.target, scenario = excluded.scenario,
      last_slot = greatest(p.last_slot, excluded.last_slot), last_done_at = greatest(p.last_done_at, excluded.last_done_at)),
  summed AS (
    INSERT INTO plumbline.run_hours AS h (probe_id, hour, missed)
    SELECT probe_id, date_trunc('hour', slot, 'UTC'), count(*) FROM left_out GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (probe_id, hour) DO UPDATE SET missed = h.missed + excluded.missed)
  SELECT coalesce(array_agg(run_id), '{}') INTO v_written FROM written;
  RETURN v_written;
END $$;
