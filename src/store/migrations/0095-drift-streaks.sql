-- What drift judges remember of moves has when each began, and a baseline may have how far runs in a row go.
UPDATE plumbline.series SET state = jsonb_set(state, '{v}', '4')
WHERE aspect IN ('latency', 'usage', 'budget') AND state ->> 'v' = '3';

UPDATE plumbline.series SET state = jsonb_set(state, '{recurrences,up,startsMs}', '[]')
WHERE state #> '{recurrences,up}' IS NOT NULL AND state #> '{recurrences,up,startsMs}' IS NULL;

UPDATE plumbline.series SET state = jsonb_set(state, '{recurrences,down,startsMs}', '[]')
WHERE state #> '{recurrences,down}' IS NOT NULL AND state #> '{recurrences,down,startsMs}' IS NULL;

UPDATE plumbline.baselines SET learned = jsonb_set(learned, '{v}', '3')
WHERE learned ? 'spread' AND learned ->> 'v' = '2';

UPDATE plumbline.baselines SET learned = jsonb_set(learned, '{previous,v}', '3')
WHERE learned #> '{previous,spread}' IS NOT NULL AND learned #>> '{previous,v}' = '2';
