-- Question:   for how long did an actor stand where on an aspect of an issue, as the evidence now known shows?
-- Parameters: none; the keys to build are those of stance_queue
-- Columns:    those of stance_spell_rows without revision_id
-- Grain:      one row per key and uninterrupted stance
--
-- Which evidence may move a stance is said by evidence_of. From it:
-- a report of a shift alone begins no stance: movers count from the first own evidence of the key on;
-- of one day the highest weight decides, then confidence, then position_id;
-- within an uninterrupted side, once conditional, a later plain `supports` restates: only words drop a condition, in a
-- reported shift. Another wording of a condition is kept in `conditions`, but only a reported shift begins another spell with it.
WITH evidence AS MATERIALIZED (
    FROM evidence_of((
        SELECT list({'actor': q.actor, 'issue': q.issue, 'aspect': q.aspect})
        FROM (SELECT DISTINCT actor, issue, aspect FROM stance_queue) q
    ))
),
first_own_evidence AS (
    SELECT actor, issue, aspect, min(counts_on) AS first_on FROM evidence WHERE is_own GROUP BY ALL
),
one_winner_a_day AS (
    SELECT e.*
    FROM evidence e
    JOIN first_own_evidence f USING (actor, issue, aspect)
    WHERE e.may_move AND e.counts_on >= f.first_on
    QUALIFY row_number() OVER (
        PARTITION BY e.actor, e.issue, e.aspect, e.counts_on ORDER BY e.weight DESC, e.confidence DESC, e.position_id
    ) = 1
),
with_turns_of_side AS (
    SELECT
        *,
        (stance_side(stance) IS DISTINCT FROM lag(stance_side(stance)) OVER (PARTITION BY actor, issue, aspect ORDER BY counts_on)) AS turns,
        CASE
            WHEN stance = 'conditional' THEN 'conditional'
            WHEN stance = 'supports' AND basis = 'reported_shift' THEN 'supports'
        END AS settles
    FROM one_winner_a_day
),
with_runs_of_side AS (
    SELECT *, sum(turns::INTEGER) OVER (PARTITION BY actor, issue, aspect ORDER BY counts_on) AS side_run FROM with_turns_of_side
),
with_stance_in_force AS (
    SELECT
        *,
        coalesce(last_value(settles IGNORE NULLS) OVER so_far, stance) AS in_force,
        last_value(CASE WHEN stance = 'conditional' THEN condition END IGNORE NULLS) OVER so_far AS condition_in_force
    FROM with_runs_of_side
    WINDOW so_far AS (PARTITION BY actor, issue, aspect, side_run ORDER BY counts_on ROWS UNBOUNDED PRECEDING)
),
with_beginnings AS (
    SELECT
        *,
        in_force IS DISTINCT FROM lag(in_force) OVER days
        OR (
            stance = 'conditional' AND basis = 'reported_shift'
            AND lower(condition_in_force) IS DISTINCT FROM lag(lower(condition_in_force)) OVER days
        ) AS begins,
        lead(counts_on) OVER days AS next_on
    FROM with_stance_in_force
    WINDOW days AS (PARTITION BY actor, issue, aspect ORDER BY counts_on)
),
stated_days AS (
    SELECT
        *,
        (sum(begins::INTEGER) OVER (PARTITION BY actor, issue, aspect ORDER BY counts_on))::INTEGER AS ordinal
    FROM with_beginnings
),
stated_days_with_lead AS (
    SELECT
        *,
        last_value(CASE WHEN stance = in_force THEN position_id END IGNORE NULLS) OVER (
            PARTITION BY actor, issue, aspect, ordinal ORDER BY counts_on ROWS UNBOUNDED PRECEDING
        ) AS lead_id
    FROM stated_days
),
spans AS (
    SELECT
        actor, issue, aspect, ordinal, any_value(in_force) AS in_force, min(counts_on) AS valid_from,
        lead(min(counts_on)) OVER (PARTITION BY actor, issue, aspect ORDER BY ordinal) - 1 AS valid_to
    FROM stated_days
    GROUP BY actor, issue, aspect, ordinal
),
origins AS (
    -- any evidence of the side counts here, reports too
    SELECT s.actor, s.issue, s.aspect, s.ordinal, e.origin, min(e.counts_on) AS first_on
    FROM spans s
    JOIN evidence e USING (actor, issue, aspect)
    WHERE stance_side(e.stance) = stance_side(s.in_force)
        AND e.counts_on >= s.valid_from AND e.counts_on <= coalesce(s.valid_to, DATE '9999-12-31')
    GROUP BY ALL
),
origins_by_statement AS (
    -- as many as are known before the next statement
    SELECT d.actor, d.issue, d.aspect, d.counts_on, count(*)::INTEGER AS independent_sources
    FROM stated_days d
    JOIN origins o USING (actor, issue, aspect, ordinal)
    WHERE o.first_on < coalesce(d.next_on, DATE '9999-12-31')
    GROUP BY ALL
),
spells AS (
    SELECT
        d.actor, d.issue, d.aspect, d.ordinal, any_value(s.in_force) AS stance,
        list(d.condition ORDER BY d.counts_on) FILTER (d.stance = 'conditional' AND d.condition IS NOT NULL) AS conditions,
        false AS contested, any_value(s.valid_from) AS valid_from, any_value(s.valid_to) AS valid_to,
        arg_min(d.position_id, d.counts_on) AS first_position_id, arg_max(d.lead_id, d.counts_on) AS lead_position_id,
        arg_max(o.independent_sources, d.counts_on) AS independent_sources,
        list({
            'said_on': d.counts_on,
            'position_id': d.lead_id,
            'condition': CASE WHEN d.in_force = 'conditional' THEN d.condition_in_force END,
            'independent_sources': o.independent_sources
        } ORDER BY d.counts_on) AS statements
    FROM stated_days_with_lead d
    JOIN spans s USING (actor, issue, aspect, ordinal)
    JOIN origins_by_statement o ON o.actor = d.actor AND o.issue = d.issue AND o.aspect = d.aspect AND o.counts_on = d.counts_on
    GROUP BY d.actor, d.issue, d.aspect, d.ordinal
)
-- each wording once, in the order in which it was first said (list_distinct keeps no order, and another order would be another revision)
SELECT * REPLACE (
    coalesce(list_filter(conditions, lambda wording, position: list_position(conditions, wording) = position), []) AS conditions
)
FROM spells
