-- When receivers were tested last.
ALTER TABLE plumbline.fleet ADD COLUMN receivers_tested_at timestamptz;
