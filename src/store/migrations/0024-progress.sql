-- How far each probe has come, so that nobody looks through the partitions of its runs to know. Kept by a trigger:
-- whoever writes a run, in whatever version, keeps it as well.
CREATE TABLE plumbline.progress (
  probe_id text PRIMARY KEY, target text, scenario text,
  -- The newest slot with a row; with verdict ok; when the newest run ended, or was skipped for a reason that people know.
  last_slot timestamptz, last_good_slot timestamptz, last_done_at timestamptz,
  -- Every slot that was due by then has a row.
  accounted_until timestamptz) WITH (fillfactor = 60);

INSERT INTO plumbline.progress (probe_id, target, scenario, last_slot, last_good_slot, last_done_at)
  SELECT probe_id, (array_agg(target ORDER BY slot DESC))[1], (array_agg(scenario ORDER BY slot DESC))[1], max(slot),
    max(slot) FILTER (WHERE verdict = 'ok'),
    max(coalesce(ended_at, slot)) FILTER (WHERE state = 'done' OR (state = 'skipped' AND reason IN ('paused', 'spend-cap')))
  FROM plumbline.runs GROUP BY probe_id;

CREATE FUNCTION plumbline.note_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO plumbline.progress AS p (probe_id, target, scenario, last_slot, last_good_slot, last_done_at)
    VALUES (NEW.probe_id, NEW.target, NEW.scenario, NEW.slot, CASE WHEN NEW.verdict = 'ok' THEN NEW.slot END,
      CASE WHEN NEW.state = 'done' OR (NEW.state = 'skipped' AND NEW.reason IN ('paused', 'spend-cap'))
        THEN coalesce(NEW.ended_at, NEW.slot) END)
    ON CONFLICT (probe_id) DO UPDATE SET target = excluded.target, scenario = excluded.scenario,
      last_slot = greatest(p.last_slot, excluded.last_slot),
      last_good_slot = greatest(p.last_good_slot, excluded.last_good_slot),
      last_done_at = greatest(p.last_done_at, excluded.last_done_at);
  RETURN NULL;
END $$;

CREATE TRIGGER note_progress AFTER INSERT OR UPDATE OF state, verdict ON plumbline.runs
  FOR EACH ROW EXECUTE FUNCTION plumbline.note_progress();
