-- Which version of the functions and views in `sql/` is installed.
CREATE TABLE plumbline.routines (
  single boolean PRIMARY KEY DEFAULT true CHECK (single), version integer NOT NULL);
