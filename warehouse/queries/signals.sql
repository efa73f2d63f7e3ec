-- Question:   what was said on these days that may be a change but may not move a stance?
-- Parameters: $day_from, $day_to: inclusive
-- Columns:    the fields of a StanceChange without change_id, day and evidence; leads as before_position_id, after_position_id
-- Grain:      one row per key: the most confident evidence of these days (reports, claims, anonymous officials, background, or below the operating
--             point) that takes another side than the stance in force at the close of $day_to, or that concerns a key without a stance.
--             Significance is that of the change, times the confidence
WITH keys AS (
    SELECT list({'actor': p.actor, 'issue': p.issue, 'aspect': p.aspect}) AS keys
    FROM (
        SELECT DISTINCT actor, issue, aspect FROM positions_live WHERE held = 'now' AND said_on BETWEEN $day_from::DATE AND $day_to::DATE
    ) p
),
weak_evidence AS (
    SELECT * FROM evidence_of((SELECT k.keys FROM keys k))
    WHERE counts_on BETWEEN $day_from::DATE AND $day_to::DATE
),
disagreeing AS (
    SELECT
        e.*, s.stance AS before_stance, s.lead_position_id AS before_position_id,
        count(DISTINCT e.origin) OVER (PARTITION BY e.actor, e.issue, e.aspect, stance_side(e.stance))::INTEGER AS independent_sources
    FROM weak_evidence e
    LEFT JOIN stance_on($day_to) s USING (actor, issue, aspect)
    WHERE s.stance IS NULL OR (NOT e.may_move AND stance_side(e.stance) <> stance_side(s.stance))
)
SELECT
    actor, issue, aspect, change_kind(before_stance, stance) AS kind, 'move' AS cause, 'signal' AS strength, before_stance, stance AS after_stance,
    before_position_id, position_id AS after_position_id, counts_on AS moved_on,
    round(change_significance(before_stance, stance, weight) * confidence, 4) AS significance, independent_sources
FROM disagreeing
QUALIFY row_number() OVER (PARTITION BY actor, issue, aspect ORDER BY confidence DESC, position_id) = 1
ORDER BY significance DESC, actor, issue, aspect
