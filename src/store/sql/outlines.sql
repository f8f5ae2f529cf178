-- The observations of a run of that slot, as they were before their outlines were put aside.
CREATE OR REPLACE FUNCTION plumbline.with_outline(p_slot timestamptz, p_reply jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT jsonb_exists(p_reply, 'outline') THEN RETURN p_reply; END IF;
  RETURN (p_reply - 'outline') || coalesce((SELECT outline FROM plumbline.outlines
    WHERE day = (p_slot AT TIME ZONE 'UTC')::date AND hash = p_reply->>'outline'), '{"shape": {}, "contentType": "", "bodyForm": "text", "textMatches": {}, "finishReasons": []}');
END $$;

CREATE OR REPLACE FUNCTION plumbline.with_outlines(p_slot timestamptz, p_observations jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT p_observations @? '$[*].outcome.**{0 to 1}.outline' THEN RETURN p_observations; END IF;
  RETURN (SELECT jsonb_agg(CASE
      WHEN o @? '$.outcome.outline' THEN jsonb_set(o, '{outcome}', plumbline.with_outline(p_slot, o->'outcome'))
      WHEN o @? '$.outcome.partial.outline'
        THEN jsonb_set(o, '{outcome,partial}', plumbline.with_outline(p_slot, o #> '{outcome,partial}'))
      ELSE o END ORDER BY place)
    FROM jsonb_array_elements(p_observations) WITH ORDINALITY AS e (o, place));
END $$;
