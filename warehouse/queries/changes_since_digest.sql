-- Question:   how does the close of a day, as now known, differ from what an issued digest said?
-- Parameters: $day; $digest_id: the issued digest; $timezone: in which the day of recording is counted
-- Columns:    the fields of a StanceChange without change_id, day and evidence; leads as before_position_id, after_position_id
-- Grain:      one row per key whose stance differs (first_seen where the digest had none, after_stance null where all evidence was withdrawn),
--             or whose condition was changed by a reported shift. The stances of the digest plus these rows are the matrix of the day
--
-- Causes, the first that fits:
-- what the digest rested on was withdrawn, and nothing said later stands against it, or what was said later did not turn from it, since
-- no other evidence shows that stance before: retraction (the text was edited or the article is gone), re-extraction or watch_change,
-- by the reason of the withdrawal;
-- the evidence after was recorded since: re-extraction or watch_change where its document had been tagged before, late where it was said
-- more days before it was first recorded than the watch allows, otherwise move;
-- the evidence after was known but said after the digest's day: move;
-- the evidence after was known, and its row is another since (withdrawn and back, or read otherwise): by the reason of that row;
-- other evidence of the key was withdrawn since: by the reason of that;
-- otherwise other rules read the same evidence: watch_change, re-extraction, or late.
WITH issued AS (
    SELECT
        d.day, d.issued_at, d.watch_version, d.extractor_version,
        unnest(from_json(json_extract(d.content, '$.stances'), '[{"actor": "VARCHAR", "issue": "VARCHAR", "aspect": "VARCHAR", "stance": "VARCHAR",
            "lead": {"position_id": "VARCHAR", "said_on": "DATE"}}]')) AS s
    FROM digests d
    WHERE d.digest_id = $digest_id
),
issued_head AS (
    SELECT day, issued_at, watch_version, extractor_version FROM digests WHERE digest_id = $digest_id
),
before AS (
    SELECT
        s.actor AS actor, s.issue AS issue, s.aspect AS aspect, s.stance AS stance,
        s.lead.position_id AS position_id, s.lead.said_on AS said_on
    FROM issued
),
after AS (
    SELECT s.*, p.basis, p.role, p.recorded_reason, p.recorded_at
    FROM stance_on($day) s
    JOIN positions_live p ON p.position_id = s.first_position_id
),
pairs AS (
    SELECT
        coalesce(a.actor, b.actor) AS actor, coalesce(a.issue, b.issue) AS issue, coalesce(a.aspect, b.aspect) AS aspect,
        b.stance AS before_stance, a.stance AS after_stance, b.position_id AS before_position_id, a.first_position_id AS after_position_id,
        b.said_on AS before_on, a.held_since AS after_on, a.role, a.recorded_reason, a.recorded_at, a.independent_sources
    FROM after a
    FULL JOIN before b ON a.actor = b.actor AND a.issue = b.issue AND a.aspect = b.aspect
    WHERE a.stance IS DISTINCT FROM b.stance
        OR (a.stance = 'conditional' AND a.basis = 'reported_shift' AND a.held_since > (SELECT h.day FROM issued_head h))
),
withdrawn_since AS (
    SELECT p.position_id, arg_max(p.withdrawn_reason, p.withdrawn_at) AS reason
    FROM positions p
    SEMI JOIN pairs x ON x.before_position_id = p.position_id
    WHERE p.withdrawn_at > (SELECT h.issued_at FROM issued_head h)
    GROUP BY p.position_id
),
withdrawn_of_key AS (
    SELECT p.actor, p.issue, p.aspect, arg_max(p.withdrawn_reason, p.withdrawn_at) AS reason
    FROM positions p
    SEMI JOIN pairs x ON x.actor = p.actor AND x.issue = p.issue AND x.aspect = p.aspect
    WHERE p.withdrawn_at > (SELECT h.issued_at FROM issued_head h)
    GROUP BY p.actor, p.issue, p.aspect
),
stood_before AS (
    SELECT x.actor, x.issue, x.aspect, s.stance
    FROM pairs x
    JOIN stance_spells s ON s.actor = x.actor AND s.issue = x.issue AND s.aspect = x.aspect
        AND s.known_to IS NULL AND s.valid_from < x.after_on AND coalesce(s.valid_to, DATE '9999-12-31') >= x.after_on - 1
),
first_recorded AS (
    SELECT p.position_id, min(p.recorded_at) AS recorded_at
    FROM positions p
    SEMI JOIN pairs x ON x.after_position_id = p.position_id
    GROUP BY p.position_id
),
role_before AS (
    SELECT p.position_id, arg_max(p.role, p.recorded_at) AS role
    FROM positions p
    SEMI JOIN pairs x ON x.before_position_id = p.position_id
    GROUP BY p.position_id
),
facts AS (
    SELECT
        x.*, w.reason AS withdrawn_reason, k.reason AS reason_of_key, coalesce(x.role, o.role) AS weighing_role,
        t.stance IS NOT DISTINCT FROM x.before_stance AS turned_from_it,
        r.recorded_at > h.issued_at AS is_new,
        x.recorded_at > h.issued_at AS is_another_row,
        date_diff('day', x.after_on, (r.recorded_at AT TIME ZONE $timezone)::DATE) > u.late_after_days AS is_late,
        x.after_on > h.day AS is_said_since,
        u.watch_version <> h.watch_version AS has_other_watch,
        h.extractor_version <> (SELECT arg_max(t.extractor_version, t.recorded_at) FROM taggings t) AS has_other_extractor
    FROM pairs x
    CROSS JOIN issued_head h
    CROSS JOIN watch_in_use u
    LEFT JOIN withdrawn_since w ON w.position_id = x.before_position_id
    LEFT JOIN withdrawn_of_key k ON k.actor = x.actor AND k.issue = x.issue AND k.aspect = x.aspect
    LEFT JOIN stood_before t ON t.actor = x.actor AND t.issue = x.issue AND t.aspect = x.aspect
    LEFT JOIN first_recorded r ON r.position_id = x.after_position_id
    LEFT JOIN role_before o ON o.position_id = x.before_position_id
)
SELECT
    actor, issue, aspect, change_kind(before_stance, after_stance) AS kind,
    CASE
        WHEN withdrawn_reason IS NOT NULL AND (after_stance IS NULL OR after_on <= before_on OR NOT turned_from_it)
            THEN withdrawal_cause(withdrawn_reason)
        WHEN is_new AND recorded_reason IN ('re-extraction', 'watch_change') THEN recorded_reason
        WHEN is_new AND is_late THEN 'late'
        WHEN is_new OR is_said_since THEN 'move'
        WHEN is_another_row AND recorded_reason <> 'new' THEN withdrawal_cause(recorded_reason)
        WHEN reason_of_key IS NOT NULL THEN withdrawal_cause(reason_of_key)
        WHEN has_other_watch THEN 'watch_change'
        WHEN has_other_extractor THEN 're-extraction'
        ELSE 'late'
    END AS cause,
    'confirmed' AS strength, before_stance, after_stance, before_position_id, after_position_id,
    coalesce(after_on, $day::DATE) AS moved_on,
    change_significance(before_stance, after_stance, speaker_weight(weighing_role)) AS significance,
    coalesce(independent_sources, 0) AS independent_sources
FROM facts
ORDER BY significance DESC, actor, issue, aspect
