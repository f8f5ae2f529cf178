-- Every series beside its newest baseline, and what judges remember of all series of its probe.
CREATE OR REPLACE VIEW plumbline.series_memory AS
  SELECT s.series_id, s.probe_id, s.aspect, s.label, s.last_slot,
    b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why, b.trace_id, b.span_id,
    CASE WHEN b.span_id IS NOT NULL THEN jsonb_build_object('traceId', b.trace_id, 'spanId', b.span_id) END AS span, m.states
  FROM plumbline.series s LEFT JOIN plumbline.probe_states m USING (probe_id) LEFT JOIN LATERAL (
    SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true;
