-- The words of statistics in what judges remember: aside is heldOut, episodes are recurrences, marks are falsePositives,
-- told is reported (of the weeks: drift), guard is margin, shadow is previous. A program that knows only the old words
-- would learn every baseline again, so it must not run beside this one. An old reference can lack shift and unsteadiness.
UPDATE plumbline.series SET state = (state - 'aside') || jsonb_build_object('heldOut', state -> 'aside')
WHERE state ? 'aside';

UPDATE plumbline.series SET state = (state - 'episodes') || jsonb_build_object('recurrences', state -> 'episodes')
WHERE state ? 'episodes';

UPDATE plumbline.series SET state = (state - 'marks') || jsonb_build_object('falsePositives', state -> 'marks')
WHERE state ? 'marks';

UPDATE plumbline.series SET state = jsonb_set(state, '{weeks}',
  ((state -> 'weeks') - 'told') || jsonb_build_object('drift', state -> 'weeks' -> 'told'))
WHERE state -> 'weeks' ? 'told';

UPDATE plumbline.series SET state = jsonb_set(state, '{differed}', (
  SELECT coalesce(jsonb_object_agg(name, (kept - 'told' - 'wasTold')
    || jsonb_build_object('reported', kept -> 'told', 'wasReported', kept -> 'wasTold')), '{}')
  FROM jsonb_each(state -> 'differed') AS one (name, kept)))
WHERE jsonb_typeof(state -> 'differed') = 'object';

UPDATE plumbline.baselines SET learned = (learned - 'shadow') || jsonb_build_object('previous', learned -> 'shadow')
WHERE learned ? 'shadow';

UPDATE plumbline.baselines SET learned = '{"shift": 0}'::jsonb || (learned - 'guard')
  || jsonb_build_object('margin', '{"unsteadiness": 1}'::jsonb || (learned -> 'guard'))
WHERE learned ? 'guard';

UPDATE plumbline.baselines SET learned = jsonb_set(learned, '{previous}',
  '{"shift": 0}'::jsonb || ((learned -> 'previous') - 'guard')
  || jsonb_build_object('margin', '{"unsteadiness": 1}'::jsonb || ((learned -> 'previous') -> 'guard')))
WHERE learned -> 'previous' ? 'guard';
