-- What all series together say: a small reading of each beside its state, and what follows from them for all.

ALTER TABLE plumbline.series ADD COLUMN reading jsonb;

CREATE TABLE plumbline.fleet (
  single boolean PRIMARY KEY DEFAULT true CHECK (single), paging integer NOT NULL DEFAULT 0, daily_at timestamptz);

INSERT INTO plumbline.fleet DEFAULT VALUES;
