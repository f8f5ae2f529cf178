-- Slots that were asked for to see who else an incident affects: which incidents, and when they were run.
ALTER TABLE plumbline.asked_slots ADD COLUMN fingerprints text[], ADD COLUMN answered_at timestamptz;
