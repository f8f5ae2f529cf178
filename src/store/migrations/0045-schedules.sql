-- When each probe is due, as the elected process has put it in force. `place` counts the probes of one interval; their
-- offsets follow from it.
CREATE TABLE plumbline.schedules (
  probe_id text PRIMARY KEY, location text NOT NULL,
  every_ms bigint, place int,
  pattern text, tz text,
  CHECK ((every_ms IS NULL) = (pattern IS NOT NULL)));
