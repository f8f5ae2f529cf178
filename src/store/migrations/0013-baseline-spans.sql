-- Where the run is found that a baseline was learned with.

ALTER TABLE plumbline.baselines ADD COLUMN trace_id text, ADD COLUMN span_id text;
