-- An incident that somebody changed by hand stopped the commits of its probe for good. Such a row becomes what its newest
-- transition recorded, and from now on the database refuses a change that leaves out what every reader needs.
CREATE OR REPLACE FUNCTION pg_temp.is_whole(i plumbline.incidents) RETURNS boolean LANGUAGE sql AS $$
  SELECT (i.body->>'fingerprint' = i.fingerprint AND i.body->>'probeId' = i.probe_id AND i.body->>'state' = i.state
    AND jsonb_typeof(i.body->'episode') = 'number' AND jsonb_typeof(i.body->'sequence') = 'number'
    AND jsonb_typeof(i.body->'recent') = 'array' AND jsonb_typeof(i.body->'findings') = 'array'
    AND jsonb_typeof(i.body->'evidence') = 'array') IS TRUE
$$;

UPDATE plumbline.incidents i SET body = t.incident, state = t.incident->>'state', probe_id = t.incident->>'probeId'
  FROM (SELECT DISTINCT ON (fingerprint) fingerprint, incident FROM plumbline.transitions
    WHERE incident <> 'null' ORDER BY fingerprint, at DESC, sequence DESC) AS t
  WHERE t.fingerprint = i.fingerprint AND NOT pg_temp.is_whole(i);

DELETE FROM plumbline.incidents i WHERE NOT pg_temp.is_whole(i);

ALTER TABLE plumbline.incidents ADD CONSTRAINT whole_incident CHECK ((
  body->>'fingerprint' = fingerprint AND body->>'probeId' = probe_id AND body->>'state' = state
  AND jsonb_typeof(body->'episode') = 'number' AND jsonb_typeof(body->'sequence') = 'number'
  AND jsonb_typeof(body->'recent') = 'array' AND jsonb_typeof(body->'findings') = 'array'
  AND jsonb_typeof(body->'evidence') = 'array') IS TRUE);
