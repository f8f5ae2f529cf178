-- Field names of the trade: a delivery is superseded (was: carried), an observation has diagnosticHeaders (was: telling)
-- and isAuxiliary (was: isAside). A program that knows only the old names cannot write deliveries any more.
ALTER TABLE plumbline.outbox DROP CONSTRAINT outbox_state_check;

UPDATE plumbline.outbox SET state = 'superseded' WHERE state = 'carried';

ALTER TABLE plumbline.outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending','delivered','failed','superseded'));

ALTER TABLE plumbline.outbox RENAME COLUMN carried_by TO superseded_by;

ALTER INDEX plumbline.outbox_carried RENAME TO outbox_superseded;

CREATE FUNCTION plumbline.with_diagnostic_headers(reply jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN reply ? 'telling'
    THEN (reply - 'telling') || jsonb_build_object('diagnosticHeaders', reply -> 'telling') ELSE reply END
$$;

CREATE FUNCTION plumbline.with_field_names(o jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT (o - 'isAside')
    || CASE WHEN o ? 'isAside' THEN jsonb_build_object('isAuxiliary', o -> 'isAside') ELSE '{}' END
    || CASE WHEN jsonb_typeof(o -> 'outcome') <> 'object' THEN '{}'
       WHEN jsonb_typeof(o -> 'outcome' -> 'partial') = 'object' THEN jsonb_build_object('outcome',
         jsonb_set(o -> 'outcome', '{partial}', plumbline.with_diagnostic_headers(o -> 'outcome' -> 'partial')))
       ELSE jsonb_build_object('outcome', plumbline.with_diagnostic_headers(o -> 'outcome')) END
$$;

UPDATE plumbline.runs SET observations = (
  SELECT jsonb_agg(plumbline.with_field_names(o) ORDER BY n) FROM jsonb_array_elements(observations) WITH ORDINALITY AS e (o, n))
WHERE observations @? '$[*] ? (exists (@.isAside) || exists (@.outcome.telling) || exists (@.outcome.partial.telling))';

DROP FUNCTION plumbline.with_field_names(jsonb), plumbline.with_diagnostic_headers(jsonb);
