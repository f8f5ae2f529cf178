-- A claim asks whether another one of its probe is open. By deadline alone it read those of all probes, and every claim
-- since the last vacuum.
CREATE INDEX runs_open_claims ON plumbline.runs (probe_id, deadline) WHERE state = 'claimed';
DROP INDEX plumbline.runs_claimed;
