-- Every series beside its newest baseline.
CREATE OR REPLACE VIEW plumbline.series_memory AS
  SELECT s.series_id, s.probe_id, s.aspect, s.label, s.state, s.reading, s.last_slot,
    b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why, b.trace_id, b.span_id,
    CASE WHEN b.span_id IS NOT NULL THEN jsonb_build_object('traceId', b.trace_id, 'spanId', b.span_id) END AS span
  FROM plumbline.series s LEFT JOIN LATERAL (
    SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true;
