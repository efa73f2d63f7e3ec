-- Views and macros over the tables: what people's SQL starts from, and the one place that says what evidence may move a stance.
-- Open the file directly or with USE: macros look for tables in the database in use, not in the one that holds them.
-- Columns are qualified throughout: an unqualified name that is also a parameter of a macro above it is an error in DuckDB.

CREATE VIEW watch_in_use AS SELECT * FROM watches QUALIFY row_number() OVER (ORDER BY ordinal DESC) = 1;
COMMENT ON VIEW watch_in_use IS 'The watch in use: one row once there is any';

CREATE VIEW positions_live AS SELECT * FROM positions WHERE withdrawn_at IS NULL;
COMMENT ON VIEW positions_live IS 'Positions that stand: one row per position_id';

CREATE VIEW events_live AS SELECT * FROM events WHERE superseded_at IS NULL;
COMMENT ON VIEW events_live IS 'Events that stand: one row per event_id';

CREATE VIEW newest_day AS
SELECT greatest((SELECT max(published_on) FROM documents), (SELECT max(day) FROM coverage_days)) AS day;
COMMENT ON VIEW newest_day IS 'The newest day with a document or a digest: today, as far as the warehouse knows';

-- The scale

CREATE MACRO stance_score(word) AS
    CASE word WHEN 'supports' THEN 2 WHEN 'conditional' THEN 1 WHEN 'undecided' THEN 0 WHEN 'sceptical' THEN -1 WHEN 'opposes' THEN -2 END;
COMMENT ON MACRO stance_score IS 'Place of a stance on the scale from +2 (supports) to -2 (opposes)';

CREATE MACRO stance_side(word) AS
    CASE word WHEN 'supports' THEN 'for' WHEN 'conditional' THEN 'for' WHEN 'undecided' THEN 'undecided' WHEN 'sceptical' THEN 'against' WHEN 'opposes' THEN 'against' END;
COMMENT ON MACRO stance_side IS 'Side that counts for a change: for, undecided or against';

-- reversed: from for to against or back. condition_added, condition_dropped: supports to conditional and back. condition_changed:
-- conditional before and after. hardened: toward the end of the scale on its own side, or from undecided to a side. softened: toward
-- the middle, or to nothing where all evidence was withdrawn. first_seen: from nothing.
CREATE MACRO change_kind(old_stance, new_stance) AS
    CASE
        WHEN old_stance IS NULL THEN 'first_seen'
        WHEN new_stance IS NULL THEN 'softened'
        WHEN stance_score(old_stance) * stance_score(new_stance) < 0 THEN 'reversed'
        WHEN old_stance = 'supports' AND new_stance = 'conditional' THEN 'condition_added'
        WHEN old_stance = 'conditional' AND new_stance = 'supports' THEN 'condition_dropped'
        WHEN old_stance = 'conditional' AND new_stance = 'conditional' THEN 'condition_changed'
        WHEN abs(stance_score(new_stance)) > abs(stance_score(old_stance)) THEN 'hardened'
        ELSE 'softened'
    END;
COMMENT ON MACRO change_kind IS 'What a change from one stance to another did';

-- Steps on the scale (1 to 4; nothing counts as undecided, and a change of condition as one step) as a share of four, times the
-- weight of the speaker: a head of government who turns round has 1, an official who adds a condition 0.1.
CREATE MACRO change_significance(old_stance, new_stance, weight) AS
    round(greatest(1, abs(coalesce(stance_score(new_stance), 0) - coalesce(stance_score(old_stance), 0))) / 4.0 * weight, 4)::DOUBLE;
COMMENT ON MACRO change_significance IS 'Rank of a change among those of a day, 0 to 1: size of the move times weight of the speaker';

CREATE MACRO withdrawal_cause(reason) AS CASE WHEN reason IN ('edited', 'gone') THEN 'retraction' ELSE reason END;
COMMENT ON MACRO withdrawal_cause IS 'Cause of a change that rests on a withdrawn position';

CREATE MACRO speaker_weight(role_word) AS
    coalesce((SELECT r.weight FROM roles r JOIN watch_in_use w USING (watch_version) WHERE r.role_id = role_word), 0.4);
COMMENT ON MACRO speaker_weight IS 'Weight of the holder of a role in the watch in use; 0.4 where the role is unknown';

-- Evidence. `keys` is a list of STRUCT(actor, issue, aspect).
-- counts_on: a quote that differs only in case, punctuation or white space keeps the first day on which it was said, whoever prints it again.
-- is_own: own words, an act or a spokesperson, dated, at or above the operating point. may_move: that, or a reported shift at or above it.
-- What was held in the past is evidence for that time and never for today, so it is not here.
CREATE MACRO evidence_of(keys) AS TABLE
WITH asked AS (
    SELECT unnest(keys, recursive := true)
),
weights AS (
    SELECT r.role_id, r.weight FROM roles r JOIN watch_in_use w USING (watch_version)
),
said AS (
    SELECT
        p.position_id, p.document_id, p.actor, p.issue, p.aspect, p.stance, p.condition, p.basis, p.confidence, p.role,
        min(p.said_on) OVER (PARTITION BY p.actor, p.issue, p.aspect, p.quote_key) AS counts_on,
        p.confidence >= (SELECT w.operating_point FROM watch_in_use w) AS is_sure,
        p.basis = 'dated' AND p.attribution IN ('own_words', 'act', 'spokesperson') AS is_first_hand
    FROM positions p
    SEMI JOIN asked USING (actor, issue, aspect)
    WHERE p.withdrawn_at IS NULL AND p.held = 'now'
)
SELECT
    s.position_id, s.document_id, s.actor, s.issue, s.aspect, s.stance, s.condition, s.basis, s.confidence, s.counts_on,
    coalesce(v.weight, 0.4) AS weight,
    s.is_sure AND s.is_first_hand AS is_own,
    s.is_sure AND (s.is_first_hand OR s.basis = 'reported_shift') AS may_move,
    coalesce(nullif(lower(trim(d.credited_source)), ''), d.wire_id) AS origin
FROM said s
LEFT JOIN weights v ON v.role_id = s.role
LEFT JOIN documents d ON d.document_id = s.document_id;
COMMENT ON MACRO TABLE evidence_of IS 'Live evidence for today on some keys, with the day on which it counts and whether it may move a stance';

-- Stances

CREATE VIEW stance_spells AS
WITH revisions AS (
    SELECT r.revision_id, r.known_from, lead(r.known_from) OVER (PARTITION BY r.actor, r.issue, r.aspect ORDER BY r.revision) AS known_to
    FROM stance_revisions r
)
SELECT
    s.actor, s.issue, s.aspect, s.ordinal, s.stance, s.conditions, s.contested, s.valid_from, s.valid_to, v.known_from, v.known_to,
    s.first_position_id, s.lead_position_id, s.independent_sources, s.statements
FROM stance_spell_rows s
JOIN revisions v ON v.revision_id = s.revision_id;
COMMENT ON VIEW stance_spells IS 'Uninterrupted stances on two clocks: valid_from to valid_to (days, inclusive), known_from to known_to (the latter exclusive)';

CREATE MACRO statement_by(statements, last_day) AS list_filter(statements, lambda x: x.said_on <= last_day)[-1];
COMMENT ON MACRO statement_by IS 'The newest statement of a spell by a day';

CREATE MACRO freshness_on(last_said_on, on_day) AS (
    SELECT CASE
        WHEN date_diff('day', last_said_on, on_day) <= w.fresh_days THEN 'fresh'
        WHEN date_diff('day', last_said_on, on_day) <= w.ageing_days THEN 'ageing'
        ELSE 'stale'
    END FROM watch_in_use w
);
COMMENT ON MACRO freshness_on IS 'Age of the last evidence on a day, by the limits of the watch in use';

CREATE MACRO stance_as_of(day, known_at) AS TABLE
SELECT
    day::DATE AS day, s.actor, s.issue, s.aspect, s.stance, stance_score(s.stance) AS score, said.condition, s.valid_from AS held_since,
    said.said_on AS last_said_on, freshness_on(said.said_on, day::DATE) AS freshness, s.contested, said.independent_sources,
    said.position_id AS lead_position_id, s.first_position_id
FROM (
    SELECT t.*, statement_by(t.statements, day::DATE) AS said
    FROM stance_spells t
    WHERE t.known_from <= known_at AND (t.known_to IS NULL OR t.known_to > known_at)
        AND t.valid_from <= day::DATE AND (t.valid_to IS NULL OR t.valid_to >= day::DATE)
) s;
COMMENT ON MACRO TABLE stance_as_of IS 'Where everyone stood at the close of a day, as known at a time';

CREATE MACRO stance_on(day) AS TABLE FROM stance_as_of(day, TIMESTAMPTZ 'infinity');
COMMENT ON MACRO TABLE stance_on IS 'Where everyone stood at the close of a day, as now known';

CREATE MACRO changes_between(from_day, to_day, known_from, known_to) AS TABLE
SELECT
    coalesce(a.actor, b.actor) AS actor, coalesce(a.issue, b.issue) AS issue, coalesce(a.aspect, b.aspect) AS aspect,
    change_kind(b.stance, a.stance) AS kind, b.stance AS before_stance, a.stance AS after_stance,
    b.condition AS before_condition, a.condition AS after_condition, a.held_since AS moved_on,
    b.lead_position_id AS before_position_id, a.first_position_id AS after_position_id
FROM stance_as_of(to_day, known_to) a
FULL JOIN stance_as_of(from_day, known_from) b ON a.actor = b.actor AND a.issue = b.issue AND a.aspect = b.aspect
WHERE a.stance IS DISTINCT FROM b.stance;
COMMENT ON MACRO TABLE changes_between IS 'What differs between the stance at the close of one day as known at one time, and of another day as known at another';

CREATE VIEW stance_days AS
WITH days AS (
    SELECT unnest(generate_series(
        (SELECT min(valid_from) FROM stance_spells), (SELECT n.day FROM newest_day n), INTERVAL 1 DAY
    ))::DATE AS day
),
spells_by_day AS (
    SELECT d.day, s.*, statement_by(s.statements, d.day) AS said
    FROM days d
    JOIN stance_spells s ON s.valid_from <= d.day AND coalesce(s.valid_to, DATE '9999-12-31') >= d.day
    WHERE s.known_to IS NULL
)
SELECT
    s.day, s.actor, s.issue, s.aspect, s.stance, stance_score(s.stance) AS score, s.said.condition AS condition, s.valid_from AS held_since,
    s.said.said_on AS last_said_on, freshness_on(s.said.said_on, s.day) AS freshness, s.contested,
    s.said.independent_sources AS independent_sources, s.said.position_id AS lead_position_id
FROM spells_by_day s;
COMMENT ON VIEW stance_days IS 'Where everyone stood, day by day, from the first evidence to the newest day, as now known';

CREATE VIEW stance_today AS SELECT s.* FROM stance_days s WHERE s.day = (SELECT n.day FROM newest_day n);
COMMENT ON VIEW stance_today IS 'Where everyone stands on the newest day, as now known';

CREATE VIEW stance_diff_today AS
SELECT
    (SELECT n.day FROM newest_day n) AS day, coalesce(a.actor, b.actor) AS actor, coalesce(a.issue, b.issue) AS issue,
    coalesce(a.aspect, b.aspect) AS aspect, change_kind(b.stance, a.stance) AS kind, b.stance AS before_stance, a.stance AS after_stance,
    b.lead_position_id AS before_position_id, a.lead_position_id AS after_position_id
FROM (SELECT s.* FROM stance_days s WHERE s.day = (SELECT n.day FROM newest_day n)) a
FULL JOIN (SELECT s.* FROM stance_days s WHERE s.day = (SELECT n.day - 1 FROM newest_day n)) b USING (actor, issue, aspect)
WHERE a.stance IS DISTINCT FROM b.stance;
COMMENT ON VIEW stance_diff_today IS 'Stances of the newest day that differ from the day before, as now known';

-- Columns of the views, in the words of the tables that they show

COMMENT ON COLUMN watch_in_use.watch_version IS 'Version of the watch';
COMMENT ON COLUMN watch_in_use.ordinal IS '1 for the first watch of the warehouse';
COMMENT ON COLUMN watch_in_use.watch_id IS 'Short name';
COMMENT ON COLUMN watch_in_use.title IS 'Name for readers';
COMMENT ON COLUMN watch_in_use.about IS 'What it is about, one sentence';
COMMENT ON COLUMN watch_in_use.language IS 'ISO 639-1 code of the texts that can be read';
COMMENT ON COLUMN watch_in_use.score_groups IS 'Parts that `evaluate` reports apart';
COMMENT ON COLUMN watch_in_use.operating_point IS 'Confidence from which a position may move a stance';
COMMENT ON COLUMN watch_in_use.half_life_days IS 'After so many days a statement weighs half';
COMMENT ON COLUMN watch_in_use.fresh_days IS 'Evidence up to this age is fresh';
COMMENT ON COLUMN watch_in_use.ageing_days IS 'Evidence up to this age is ageing; older is stale';
COMMENT ON COLUMN watch_in_use.late_after_days IS 'Said more than so many days before it became known: late';
COMMENT ON COLUMN watch_in_use.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN positions_live.position_id IS 'Content id of document, actor, issue, aspect, stance, held, quote and its ordinal';
COMMENT ON COLUMN positions_live.document_id IS 'Document that shows it';
COMMENT ON COLUMN positions_live.text_sha256 IS 'Text version that the offsets count in';
COMMENT ON COLUMN positions_live.actor IS 'Actor id of the watch, or ISO 3166-1 alpha-3';
COMMENT ON COLUMN positions_live.speaker IS 'Whoever said it, under the name that the text uses';
COMMENT ON COLUMN positions_live.role IS 'Role id that the speaker held on said_on, where known';
COMMENT ON COLUMN positions_live.issue IS 'Issue id of the watch';
COMMENT ON COLUMN positions_live.aspect IS 'Question within the issue; `general` where the text names none';
COMMENT ON COLUMN positions_live.stance IS 'Where the actor stands';
COMMENT ON COLUMN positions_live.condition IS 'The words that state the condition';
COMMENT ON COLUMN positions_live.held IS 'Held now, or reported as held then';
COMMENT ON COLUMN positions_live.attribution IS 'How it is known';
COMMENT ON COLUMN positions_live.basis IS 'What it rests on in time';
COMMENT ON COLUMN positions_live.quote IS 'Verbatim evidence: text[quote_start:quote_end]';
COMMENT ON COLUMN positions_live.quote_start IS 'First character of the quote in the text version';
COMMENT ON COLUMN positions_live.quote_end IS 'One past its last character';
COMMENT ON COLUMN positions_live.said_on IS 'Day on which it was said or done, as well as is known';
COMMENT ON COLUMN positions_live.said_on_basis IS 'How said_on is known';
COMMENT ON COLUMN positions_live.confidence IS 'Share of such positions that hold';
COMMENT ON COLUMN positions_live.trail IS 'Rule ids that made it, joined by spaces';
COMMENT ON COLUMN positions_live.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN positions_live.watch_version IS 'Version of the watch';
COMMENT ON COLUMN positions_live.quote_key IS 'Hash of the quote without case, punctuation and white space: equal for near-same quotes';
COMMENT ON COLUMN positions_live.recorded_reason IS 'new, edited, re-extraction or watch_change: why its document was tagged then';
COMMENT ON COLUMN positions_live.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN positions_live.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN positions_live.withdrawn_at IS 'When it stopped being known, UTC; null while it is known';
COMMENT ON COLUMN positions_live.withdrawn_reason IS 'edited, gone, re-extraction or watch_change; null while it is known';
COMMENT ON COLUMN events_live.event_id IS 'Content id: the report_id of the first report';
COMMENT ON COLUMN events_live.type IS 'What kind of happening';
COMMENT ON COLUMN events_live.plover_code IS 'PLOVER root code; None where none says the same';
COMMENT ON COLUMN events_live.starts_on IS 'First day; None where unknown';
COMMENT ON COLUMN events_live.ends_on IS 'Last day, inclusive';
COMMENT ON COLUMN events_live.date_precision IS 'Smallest unit that the text gives';
COMMENT ON COLUMN events_live.date_basis IS 'How the date is known';
COMMENT ON COLUMN events_live.date_raw IS 'The words that give the date';
COMMENT ON COLUMN events_live.status IS 'Whether it happened';
COMMENT ON COLUMN events_live.actors IS 'Ids of those who act in it or take part, past or ahead; the doer first';
COMMENT ON COLUMN events_live.targets IS 'Ids that it was done to or for';
COMMENT ON COLUMN events_live.place IS 'Place as written';
COMMENT ON COLUMN events_live.quantities IS 'Numbers with their units, as written';
COMMENT ON COLUMN events_live.lead_report_id IS 'Fullest report: most actors, then highest confidence';
COMMENT ON COLUMN events_live.reports IS 'Documents that report it';
COMMENT ON COLUMN events_live.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN events_live.watch_version IS 'Version of the watch';
COMMENT ON COLUMN events_live.content_key IS 'Hash of the columns before: another one is another row';
COMMENT ON COLUMN events_live.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN events_live.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN events_live.superseded_at IS 'When another row took its place or its last report was withdrawn, UTC; null while in force';
COMMENT ON COLUMN stance_spells.actor IS 'Actor id';
COMMENT ON COLUMN stance_spells.issue IS 'Issue id';
COMMENT ON COLUMN stance_spells.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_spells.ordinal IS '1 for the first spell of the key';
COMMENT ON COLUMN stance_spells.stance IS 'Where the actor stands';
COMMENT ON COLUMN stance_spells.conditions IS 'Conditions stated during the spell, as written, in order';
COMMENT ON COLUMN stance_spells.contested IS 'For and against are both in force; false in this version';
COMMENT ON COLUMN stance_spells.valid_from IS 'First day of the uninterrupted stance';
COMMENT ON COLUMN stance_spells.valid_to IS 'Last day of it, inclusive; null while it holds';
COMMENT ON COLUMN stance_spells.known_from IS 'When it became known, UTC';
COMMENT ON COLUMN stance_spells.known_to IS 'When the key was known otherwise, UTC; null for what is now known';
COMMENT ON COLUMN stance_spells.first_position_id IS 'Position that opened it';
COMMENT ON COLUMN stance_spells.lead_position_id IS 'Newest position that shows it';
COMMENT ON COLUMN stance_spells.independent_sources IS 'Origins behind it: copies and credits of one agency count once';
COMMENT ON COLUMN stance_spells.statements IS 'Days on which it was stated or restated, each with lead, condition in force and origins until the next';
COMMENT ON COLUMN stance_days.day IS 'Day';
COMMENT ON COLUMN stance_days.actor IS 'Actor id';
COMMENT ON COLUMN stance_days.issue IS 'Issue id';
COMMENT ON COLUMN stance_days.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_days.stance IS 'Where the actor stands';
COMMENT ON COLUMN stance_days.score IS 'Place of the stance on the scale from +2 (supports) to -2 (opposes)';
COMMENT ON COLUMN stance_days.condition IS 'Condition in force, as written; null for another stance than conditional';
COMMENT ON COLUMN stance_days.held_since IS 'First day of this uninterrupted stance';
COMMENT ON COLUMN stance_days.last_said_on IS 'Newest evidence that could move it, by that day';
COMMENT ON COLUMN stance_days.freshness IS 'fresh, ageing or stale: age of that evidence by the limits of the watch in use';
COMMENT ON COLUMN stance_days.contested IS 'For and against are both in force; false in this version';
COMMENT ON COLUMN stance_days.independent_sources IS 'Origins behind it by then: copies and credits of one agency count once';
COMMENT ON COLUMN stance_days.lead_position_id IS 'Newest position that shows it, by that day';
COMMENT ON COLUMN stance_today.day IS 'Day';
COMMENT ON COLUMN stance_today.actor IS 'Actor id';
COMMENT ON COLUMN stance_today.issue IS 'Issue id';
COMMENT ON COLUMN stance_today.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_today.stance IS 'Where the actor stands';
COMMENT ON COLUMN stance_today.score IS 'Place of the stance on the scale from +2 (supports) to -2 (opposes)';
COMMENT ON COLUMN stance_today.condition IS 'Condition in force, as written; null for another stance than conditional';
COMMENT ON COLUMN stance_today.held_since IS 'First day of this uninterrupted stance';
COMMENT ON COLUMN stance_today.last_said_on IS 'Newest evidence that could move it, by that day';
COMMENT ON COLUMN stance_today.freshness IS 'fresh, ageing or stale: age of that evidence by the limits of the watch in use';
COMMENT ON COLUMN stance_today.contested IS 'For and against are both in force; false in this version';
COMMENT ON COLUMN stance_today.independent_sources IS 'Origins behind it by then: copies and credits of one agency count once';
COMMENT ON COLUMN stance_today.lead_position_id IS 'Newest position that shows it, by that day';
COMMENT ON COLUMN stance_diff_today.day IS 'Day';
COMMENT ON COLUMN stance_diff_today.actor IS 'Actor id';
COMMENT ON COLUMN stance_diff_today.issue IS 'Issue id';
COMMENT ON COLUMN stance_diff_today.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_diff_today.kind IS 'What it did to the stance';
COMMENT ON COLUMN stance_diff_today.before_stance IS 'Stance at the close of the day before; null at first sight';
COMMENT ON COLUMN stance_diff_today.after_stance IS 'Stance at the close of the newest day; null where there is none';
COMMENT ON COLUMN stance_diff_today.before_position_id IS 'Newest position that shows the stance before';
COMMENT ON COLUMN stance_diff_today.after_position_id IS 'Newest position that shows the stance after';
COMMENT ON COLUMN newest_day.day IS 'Newest day; null in an empty warehouse';
