-- What judges remember of all series of a probe goes into one row, which each run writes: as JSON, deflated by the program
-- (it is plain here, and until the next run). Of a series there remains what rarely changes. `last_slot` of a series is
-- exact to the day.
CREATE TABLE plumbline.probe_states (
  probe_id text PRIMARY KEY, states bytea NOT NULL,
  -- The largest sum of a series that may page; infinite: a move was found.
  away double precision,
  -- Of the series that learns slowest.
  learned integer, to_learn integer) WITH (fillfactor = 50, toast_tuple_target = 8160);
ALTER TABLE plumbline.probe_states ALTER COLUMN states SET STORAGE MAIN;

INSERT INTO plumbline.probe_states (probe_id, states, away, learned, to_learn)
  SELECT probe_id, convert_to(jsonb_agg(jsonb_build_array(series_id, (extract(epoch FROM last_slot) * 1000)::bigint, state, reading)
      ORDER BY series_id)::text, 'UTF8'),
    max(CASE WHEN reading ->> 'pages' <> 'none' THEN
      CASE WHEN reading ->> 'held' IS NULL THEN greatest((reading ->> 'up')::float8, (reading ->> 'down')::float8) ELSE 'Infinity' END END),
    min((state ->> 'n')::int) FILTER (WHERE state ? 'of'), max((state ->> 'of')::int)
  FROM plumbline.series GROUP BY probe_id;

ALTER TABLE plumbline.series ADD COLUMN pages text NOT NULL DEFAULT 'none', ADD COLUMN of_group text;
UPDATE plumbline.series SET pages = reading ->> 'pages', of_group = reading ->> 'group' WHERE reading ->> 'pages' IS NOT NULL;
DROP VIEW IF EXISTS plumbline.series_memory;
ALTER TABLE plumbline.series DROP COLUMN state, DROP COLUMN reading;
