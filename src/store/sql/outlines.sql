-- One observation of a run of that slot, as it was before the outline of its reply, at that path, was put aside.
CREATE OR REPLACE FUNCTION plumbline.whole_observation(p_slot timestamptz, p_observation jsonb, p_path text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_reply jsonb := p_observation #> p_path;
  v_outline jsonb := coalesce((SELECT outline FROM plumbline.outlines
    WHERE day = (p_slot AT TIME ZONE 'UTC')::date AND hash = v_reply->>'outline'),
    '{"shape": {}, "contentType": "", "bodyForm": "text", "textMatches": {}, "finishReasons": [], "observation": {"call": "", "mode": "plain"}}');
BEGIN
  RETURN coalesce(v_outline->'observation', '{}') || jsonb_set(p_observation, p_path, (v_reply - 'outline') || (v_outline - 'observation')
    || jsonb_build_object('text', coalesce(v_outline->'text', '{}') || coalesce(v_reply->'text', '{}')));
END $$;

CREATE OR REPLACE FUNCTION plumbline.whole_observations(p_slot timestamptz, p_observations jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT p_observations @? '$[*].outcome.**{0 to 1}.outline' THEN RETURN p_observations; END IF;
  RETURN (SELECT jsonb_agg(CASE
      WHEN o @? '$.outcome.outline' THEN plumbline.whole_observation(p_slot, o, '{outcome}')
      WHEN o @? '$.outcome.partial.outline' THEN plumbline.whole_observation(p_slot, o, '{outcome,partial}')
      ELSE o END ORDER BY place)
    FROM jsonb_array_elements(p_observations) WITH ORDINALITY AS e (o, place));
END $$;
