-- What the replies of a day look like without their numbers: most have it in common. A program that does not know where
-- it went would read replies without a shape.
CREATE TABLE plumbline.outlines (
  day date NOT NULL, hash text NOT NULL, outline jsonb NOT NULL, PRIMARY KEY (day, hash));
