-- The schema of a fresh warehouse: tables, views, macros, each in the order of names, so that a diff shows what changed.
-- To be read and not to be run. Written by tests/warehouse/make_schema.py; comments are in docs/tables.md.

CREATE TABLE actors (
    "watch_version" VARCHAR,
    "actor_id" VARCHAR,
    "kind" VARCHAR,
    "names" VARCHAR[],
    "demonyms" VARCHAR[],
    "capitals" VARCHAR[],
    "seats" VARCHAR[],
    "member_of" VARCHAR[],
    "in_focus" BOOLEAN,
    "note" VARCHAR,
    "source" VARCHAR,
    "verified" BOOLEAN
);

CREATE TABLE aspects (
    "watch_version" VARCHAR,
    "issue" VARCHAR,
    "aspect_id" VARCHAR,
    "title" VARCHAR
);

CREATE TABLE coverage_days (
    "day" DATE,
    "subject_kind" VARCHAR,
    "subject" VARCHAR,
    "documents" INTEGER,
    "positions" INTEGER,
    "polls" INTEGER,
    "polls_ok" INTEGER,
    "watch_version" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE digests (
    "digest_id" VARCHAR,
    "number" INTEGER,
    "opening" BOOLEAN,
    "watch_id" VARCHAR,
    "watch_version" VARCHAR,
    "day" DATE,
    "previous_day" DATE,
    "first_day" DATE,
    "issued_at" TIMESTAMP WITH TIME ZONE,
    "extractor_version" VARCHAR,
    "content" VARCHAR,
    "content_sha256" VARCHAR,
    "run_id" VARCHAR
);

CREATE TABLE document_aliases (
    "alias_id" VARCHAR,
    "document_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE document_versions (
    "document_id" VARCHAR,
    "version" INTEGER,
    "title" VARCHAR,
    "credited_source" VARCHAR,
    "language" VARCHAR,
    "wire_id" VARCHAR,
    "text" VARCHAR,
    "text_sha256" VARCHAR,
    "raw_sha256" VARCHAR,
    "seen_at" TIMESTAMP WITH TIME ZONE,
    "final_url" VARCHAR
);

CREATE TABLE documents (
    "document_id" VARCHAR,
    "url" VARCHAR,
    "outlet" VARCHAR,
    "credited_source" VARCHAR,
    "title" VARCHAR,
    "published_at" TIMESTAMP WITH TIME ZONE,
    "published_on" DATE,
    "published_basis" VARCHAR,
    "language" VARCHAR,
    "wire_id" VARCHAR,
    "feed_id" VARCHAR,
    "first_seen_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE event_reports (
    "report_id" VARCHAR,
    "document_id" VARCHAR,
    "text_sha256" VARCHAR,
    "type" VARCHAR,
    "plover_code" VARCHAR,
    "starts_on" DATE,
    "ends_on" DATE,
    "date_precision" VARCHAR,
    "date_basis" VARCHAR,
    "date_raw" VARCHAR,
    "status" VARCHAR,
    "actors" VARCHAR[],
    "targets" VARCHAR[],
    "place" VARCHAR,
    "quantities" VARCHAR[],
    "quote" VARCHAR,
    "quote_start" INTEGER,
    "quote_end" INTEGER,
    "confidence" DOUBLE,
    "trail" VARCHAR,
    "extractor_version" VARCHAR,
    "watch_version" VARCHAR,
    "event_id" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE,
    "withdrawn_at" TIMESTAMP WITH TIME ZONE,
    "withdrawn_reason" VARCHAR
);

CREATE TABLE events (
    "event_id" VARCHAR,
    "type" VARCHAR,
    "plover_code" VARCHAR,
    "starts_on" DATE,
    "ends_on" DATE,
    "date_precision" VARCHAR,
    "date_basis" VARCHAR,
    "date_raw" VARCHAR,
    "status" VARCHAR,
    "actors" VARCHAR[],
    "targets" VARCHAR[],
    "place" VARCHAR,
    "quantities" VARCHAR[],
    "lead_report_id" VARCHAR,
    "reports" INTEGER,
    "extractor_version" VARCHAR,
    "watch_version" VARCHAR,
    "content_key" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE,
    "superseded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE feed_choices (
    "feed_id" VARCHAR,
    "url" VARCHAR,
    "outlet" VARCHAR,
    "is_removed" BOOLEAN
);

CREATE TABLE feed_entries (
    "feed_id" VARCHAR,
    "document_id" VARCHAR,
    "guid_id" VARCHAR,
    "title" VARCHAR,
    "published_raw" VARCHAR,
    "is_wanted" BOOLEAN,
    "watch_version" VARCHAR,
    "first_seen_at" TIMESTAMP WITH TIME ZONE,
    "said_id" VARCHAR,
    "updated_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE feed_polls (
    "run_id" VARCHAR,
    "feed_id" VARCHAR,
    "polled_at" TIMESTAMP WITH TIME ZONE,
    "status" VARCHAR,
    "http_status" INTEGER,
    "items" INTEGER,
    "new_items" INTEGER,
    "etag" VARCHAR,
    "last_modified" VARCHAR,
    "next_poll_at" TIMESTAMP WITH TIME ZONE,
    "failures" INTEGER,
    "detail" VARCHAR,
    "address_id" VARCHAR,
    "address" VARCHAR,
    "moved_to" VARCHAR,
    "watch_version" VARCHAR,
    "interval_s" INTEGER,
    "wish_s" INTEGER,
    "full_at" TIMESTAMP WITH TIME ZONE,
    "failing_since" TIMESTAMP WITH TIME ZONE,
    "pause" VARCHAR
);

CREATE TABLE feeds (
    "watch_version" VARCHAR,
    "feed_id" VARCHAR,
    "url" VARCHAR,
    "outlet" VARCHAR,
    "country" VARCHAR,
    "kind" VARCHAR,
    "state_media" BOOLEAN,
    "fetches_all" BOOLEAN,
    "source" VARCHAR,
    "verified" BOOLEAN
);

CREATE TABLE gone_documents (
    "document_id" VARCHAR,
    "gone_at" TIMESTAMP WITH TIME ZONE,
    "detail" VARCHAR,
    "run_id" VARCHAR,
    "back_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE host_pauses (
    "run_id" VARCHAR,
    "host" VARCHAR,
    "asked_at" TIMESTAMP WITH TIME ZONE,
    "not_before" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE issues (
    "watch_version" VARCHAR,
    "issue_id" VARCHAR,
    "title" VARCHAR,
    "meaning" VARCHAR,
    "more_specific_than" VARCHAR[],
    "own_forces_of" VARCHAR[]
);

CREATE TABLE migrations (
    "number" INTEGER,
    "name" VARCHAR,
    "sha256" VARCHAR,
    "applied_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE offices (
    "watch_version" VARCHAR,
    "person" VARCHAR,
    "role" VARCHAR,
    "title" VARCHAR,
    "actor" VARCHAR,
    "begins" VARCHAR,
    "ends" VARCHAR,
    "source" VARCHAR,
    "verified" BOOLEAN
);

CREATE TABLE outcomes (
    "run_id" VARCHAR,
    "item" VARCHAR,
    "status" VARCHAR,
    "detail" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE page_checks (
    "feed_id" VARCHAR,
    "guid" VARCHAR,
    "url" VARCHAR,
    "title" VARCHAR,
    "summary" VARCHAR,
    "content_html" VARCHAR,
    "published_at" TIMESTAMP WITH TIME ZONE,
    "published_raw" VARCHAR,
    "updated_at" TIMESTAMP WITH TIME ZONE,
    "document_id" VARCHAR,
    "outlet" VARCHAR,
    "first_seen_at" TIMESTAMP WITH TIME ZONE,
    "asked_at" TIMESTAMP WITH TIME ZONE,
    "next_ask_at" TIMESTAMP WITH TIME ZONE,
    "is_called" BOOLEAN,
    "idle_calls" INTEGER,
    "etag" VARCHAR,
    "last_modified" VARCHAR,
    "attempts" INTEGER,
    "missing" INTEGER,
    "is_gone" BOOLEAN
);

CREATE TABLE people (
    "watch_version" VARCHAR,
    "name" VARCHAR,
    "surname" VARCHAR,
    "aliases" VARCHAR[],
    "gender" VARCHAR
);

CREATE TABLE positions (
    "position_id" VARCHAR,
    "document_id" VARCHAR,
    "text_sha256" VARCHAR,
    "actor" VARCHAR,
    "speaker" VARCHAR,
    "role" VARCHAR,
    "issue" VARCHAR,
    "aspect" VARCHAR,
    "stance" VARCHAR,
    "condition" VARCHAR,
    "held" VARCHAR,
    "attribution" VARCHAR,
    "basis" VARCHAR,
    "quote" VARCHAR,
    "quote_start" INTEGER,
    "quote_end" INTEGER,
    "said_on" DATE,
    "said_on_basis" VARCHAR,
    "confidence" DOUBLE,
    "trail" VARCHAR,
    "extractor_version" VARCHAR,
    "watch_version" VARCHAR,
    "quote_key" VARCHAR,
    "recorded_reason" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE,
    "withdrawn_at" TIMESTAMP WITH TIME ZONE,
    "withdrawn_reason" VARCHAR
);

CREATE TABLE robots_files (
    "site" VARCHAR,
    "read_at" TIMESTAMP WITH TIME ZONE,
    "http_status" INTEGER,
    "text" VARCHAR,
    "failed_at" TIMESTAMP WITH TIME ZONE,
    "detail" VARCHAR
);

CREATE TABLE roles (
    "watch_version" VARCHAR,
    "role_id" VARCHAR,
    "titles" VARCHAR[],
    "weight" DOUBLE,
    "attribution" VARCHAR,
    "is_head" BOOLEAN
);

CREATE TABLE runs (
    "run_id" VARCHAR,
    "step" VARCHAR,
    "started_at" TIMESTAMP WITH TIME ZONE,
    "ended_at" TIMESTAMP WITH TIME ZONE,
    "status" VARCHAR,
    "detail" VARCHAR,
    "watch_version" VARCHAR,
    "extractor_version" VARCHAR
);

CREATE TABLE stance_builds (
    "ordinal" INTEGER,
    "run_id" VARCHAR,
    "known_at" TIMESTAMP WITH TIME ZONE,
    "watch_version" VARCHAR,
    "keys" INTEGER,
    "revisions" INTEGER
);

CREATE TABLE stance_changes (
    "change_id" VARCHAR,
    "day" DATE,
    "actor" VARCHAR,
    "issue" VARCHAR,
    "aspect" VARCHAR,
    "kind" VARCHAR,
    "cause" VARCHAR,
    "strength" VARCHAR,
    "before_stance" VARCHAR,
    "after_stance" VARCHAR,
    "moved_on" DATE,
    "significance" DOUBLE,
    "independent_sources" INTEGER,
    "before_position_id" VARCHAR,
    "after_position_id" VARCHAR,
    "digest_id" VARCHAR,
    "watch_version" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE stance_queue (
    "actor" VARCHAR,
    "issue" VARCHAR,
    "aspect" VARCHAR
);

CREATE TABLE stance_revisions (
    "revision_id" VARCHAR,
    "actor" VARCHAR,
    "issue" VARCHAR,
    "aspect" VARCHAR,
    "revision" INTEGER,
    "known_from" TIMESTAMP WITH TIME ZONE,
    "run_id" VARCHAR,
    "watch_version" VARCHAR,
    "spells_hash" VARCHAR,
    "spells" INTEGER
);

CREATE TABLE stance_spell_rows (
    "revision_id" VARCHAR,
    "actor" VARCHAR,
    "issue" VARCHAR,
    "aspect" VARCHAR,
    "ordinal" INTEGER,
    "stance" VARCHAR,
    "conditions" VARCHAR[],
    "contested" BOOLEAN,
    "valid_from" DATE,
    "valid_to" DATE,
    "first_position_id" VARCHAR,
    "lead_position_id" VARCHAR,
    "independent_sources" INTEGER,
    "statements" STRUCT(said_on DATE, position_id VARCHAR, condition VARCHAR, independent_sources INTEGER)[]
);

CREATE TABLE taggings (
    "document_id" VARCHAR,
    "text_sha256" VARCHAR,
    "relevance" DOUBLE,
    "extractor_version" VARCHAR,
    "watch_version" VARCHAR,
    "position_count" INTEGER,
    "event_count" INTEGER,
    "reason" VARCHAR,
    "run_id" VARCHAR,
    "recorded_at" TIMESTAMP WITH TIME ZONE,
    "superseded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE waiting_entries (
    "feed_id" VARCHAR,
    "guid" VARCHAR,
    "url" VARCHAR,
    "title" VARCHAR,
    "summary" VARCHAR,
    "content_html" VARCHAR,
    "published_at" TIMESTAMP WITH TIME ZONE,
    "published_raw" VARCHAR,
    "document_id" VARCHAR,
    "outlet" VARCHAR,
    "queued_at" TIMESTAMP WITH TIME ZONE,
    "attempts" INTEGER,
    "not_before" TIMESTAMP WITH TIME ZONE,
    "updated_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE watches (
    "watch_version" VARCHAR,
    "ordinal" INTEGER,
    "watch_id" VARCHAR,
    "title" VARCHAR,
    "about" VARCHAR,
    "language" VARCHAR,
    "score_groups" VARCHAR[],
    "operating_point" DOUBLE,
    "half_life_days" DOUBLE,
    "fresh_days" INTEGER,
    "ageing_days" INTEGER,
    "late_after_days" INTEGER,
    "recorded_at" TIMESTAMP WITH TIME ZONE
);

CREATE TABLE wire_keys (
    "document_id" VARCHAR,
    "version" INTEGER,
    "published_on" DATE,
    "wire_key" BIGINT
);

CREATE VIEW document_edits AS SELECT a.document_id, d.outlet, a.title, b."version" AS before_version, b.seen_at AS before_seen_at, a."version", a.seen_at, list_filter(sentences_of(b."text"), (lambda s: (NOT list_contains(sentences_of(a."text"), s)))) AS removed, list_filter(sentences_of(a."text"), (lambda s: (NOT list_contains(sentences_of(b."text"), s)))) AS added FROM document_versions AS a INNER JOIN document_versions AS b ON (((b.document_id = a.document_id) AND (b."version" = (a."version" - 1)))) INNER JOIN documents AS d ON ((d.document_id = a.document_id));

CREATE VIEW events_live AS SELECT * FROM events WHERE (superseded_at IS NULL);

CREATE VIEW feeds_in_use AS (SELECT f.feed_id, f.outlet, f.url, w.watch_version FROM feeds AS f INNER JOIN watch_in_use AS w USING (watch_version) WHERE (NOT (f.feed_id = ANY(SELECT c.feed_id FROM feed_choices AS c)))) UNION ALL (SELECT c.feed_id, c.outlet, c.url, w.watch_version FROM feed_choices AS c CROSS JOIN watch_in_use AS w WHERE (NOT c.is_removed));

CREATE VIEW newest_day AS SELECT greatest((SELECT max(published_on) FROM documents), (SELECT max("day") FROM coverage_days)) AS "day";

CREATE VIEW positions_live AS SELECT * FROM positions WHERE (withdrawn_at IS NULL);

CREATE VIEW stance_days AS WITH "days" AS (SELECT CAST(unnest(generate_series((SELECT min(valid_from) FROM stance_spells), (SELECT n."day" FROM newest_day AS n), to_days(CAST(trunc(CAST(1 AS DOUBLE)) AS INTEGER)))) AS "DATE") AS "day"), spells_by_day AS (SELECT d."day", s.*, statement_by(s.statements, d."day") AS said FROM "days" AS d INNER JOIN stance_spells AS s ON (((s.valid_from <= d."day") AND (COALESCE(s.valid_to, CAST('9999-12-31' AS "DATE")) >= d."day"))) WHERE (s.known_to IS NULL))SELECT s."day", s.actor, s.issue, s.aspect, s.stance, stance_score(s.stance) AS score, s.said.condition AS condition, s.valid_from AS held_since, s.said.said_on AS last_said_on, freshness_on(s.said.said_on, s."day") AS freshness, s.contested, s.said.independent_sources AS independent_sources, s.said.position_id AS lead_position_id FROM spells_by_day AS s;

CREATE VIEW stance_diff_today AS SELECT (SELECT n."day" FROM newest_day AS n) AS "day", COALESCE(a.actor, b.actor) AS actor, COALESCE(a.issue, b.issue) AS issue, COALESCE(a.aspect, b.aspect) AS aspect, change_kind(b.stance, a.stance) AS kind, b.stance AS before_stance, a.stance AS after_stance, b.lead_position_id AS before_position_id, a.lead_position_id AS after_position_id FROM (SELECT s.* FROM stance_days AS s WHERE (s."day" = (SELECT n."day" FROM newest_day AS n))) AS a FULL JOIN (SELECT s.* FROM stance_days AS s WHERE (s."day" = (SELECT (n."day" - 1) FROM newest_day AS n))) AS b USING (actor, issue, aspect) WHERE (a.stance IS DISTINCT FROM b.stance);

CREATE VIEW stance_spells AS WITH revisions AS (SELECT r.revision_id, r.known_from, lead(r.known_from) OVER (PARTITION BY r.actor, r.issue, r.aspect ORDER BY r.revision) AS known_to FROM stance_revisions AS r)SELECT s.actor, s.issue, s.aspect, s.ordinal, s.stance, s.conditions, s.contested, s.valid_from, s.valid_to, v.known_from, v.known_to, s.first_position_id, s.lead_position_id, s.independent_sources, s.statements FROM stance_spell_rows AS s INNER JOIN revisions AS v ON ((v.revision_id = s.revision_id));

CREATE VIEW stance_today AS SELECT s.* FROM stance_days AS s WHERE (s."day" = (SELECT n."day" FROM newest_day AS n));

CREATE VIEW watch_in_use AS SELECT * FROM watches QUALIFY (row_number() OVER (ORDER BY ordinal DESC) = 1);

CREATE MACRO change_kind(old_stance, new_stance) AS CASE  WHEN ((old_stance IS NULL)) THEN ('first_seen') WHEN ((new_stance IS NULL)) THEN ('softened') WHEN (((stance_score(old_stance) * stance_score(new_stance)) < 0)) THEN ('reversed') WHEN (((old_stance = 'supports') AND (new_stance = 'conditional'))) THEN ('condition_added') WHEN (((old_stance = 'conditional') AND (new_stance = 'supports'))) THEN ('condition_dropped') WHEN (((old_stance = 'conditional') AND (new_stance = 'conditional'))) THEN ('condition_changed') WHEN ((abs(stance_score(new_stance)) > abs(stance_score(old_stance)))) THEN ('hardened') ELSE 'softened' END;

CREATE MACRO change_significance(old_stance, new_stance, weight) AS CAST(round(((greatest(1, abs((COALESCE(stance_score(new_stance), 0) - COALESCE(stance_score(old_stance), 0)))) / 4.0) * weight), 4) AS "DOUBLE");

CREATE MACRO changes_between(from_day, to_day, known_from, known_to) AS TABLE SELECT COALESCE(a.actor, b.actor) AS actor, COALESCE(a.issue, b.issue) AS issue, COALESCE(a.aspect, b.aspect) AS aspect, change_kind(b.stance, a.stance) AS kind, b.stance AS before_stance, a.stance AS after_stance, b.condition AS before_condition, a.condition AS after_condition, a.held_since AS moved_on, b.lead_position_id AS before_position_id, a.first_position_id AS after_position_id FROM stance_as_of(to_day, known_to) AS a FULL JOIN stance_as_of(from_day, known_from) AS b ON (((a.actor = b.actor) AND (a.issue = b.issue) AND (a.aspect = b.aspect))) WHERE (a.stance IS DISTINCT FROM b.stance);

CREATE MACRO evidence_of(keys) AS TABLE WITH asked AS (SELECT unnest(keys, "recursive" := CAST('t' AS BOOLEAN))), weights AS (SELECT r.role_id, r.weight FROM roles AS r INNER JOIN watch_in_use AS w USING (watch_version)), said AS (SELECT p.position_id, p.document_id, p.actor, p.issue, p.aspect, p.stance, p.condition, p.basis, p.confidence, p."role", min(p.said_on) OVER (PARTITION BY p.actor, p.issue, p.aspect, p.quote_key) AS counts_on, (p.confidence >= (SELECT w.operating_point FROM watch_in_use AS w)) AS is_sure, ((p.basis = 'dated') AND (p.attribution IN ('own_words', 'act', 'spokesperson'))) AS is_first_hand FROM positions AS p SEMI JOIN asked USING (actor, issue, aspect) WHERE ((p.withdrawn_at IS NULL) AND (p.held = 'now'))), credits AS (SELECT c.wire_id, min(lower(main."trim"(c.credited_source))) AS credit FROM documents AS c WHERE ((main."trim"(c.credited_source) != '') AND (c.wire_id = ANY(SELECT d.wire_id FROM documents AS d SEMI JOIN said USING (document_id)))) GROUP BY c.wire_id)SELECT s.position_id, s.document_id, s.actor, s.issue, s.aspect, s.stance, s.condition, s.basis, s.confidence, s.counts_on, COALESCE(v.weight, 0.4) AS weight, (s.is_sure AND s.is_first_hand) AS is_own, (s.is_sure AND (s.is_first_hand OR (s.basis = 'reported_shift'))) AS may_move, COALESCE("nullif"(lower(main."trim"(d.credited_source)), ''), c.credit, d.wire_id) AS origin FROM said AS s LEFT JOIN weights AS v ON ((v.role_id = s."role")) LEFT JOIN documents AS d ON ((d.document_id = s.document_id)) LEFT JOIN credits AS c ON ((c.wire_id = d.wire_id));

CREATE MACRO freshness_on(last_said_on, on_day) AS (SELECT CASE  WHEN ((date_diff('day', last_said_on, on_day) <= w.fresh_days)) THEN ('fresh') WHEN ((date_diff('day', last_said_on, on_day) <= w.ageing_days)) THEN ('ageing') ELSE 'stale' END FROM watch_in_use AS w);

CREATE MACRO sentences_of(text) AS list_filter(list_transform(regexp_extract_all("text", '[^\n]+?(?:[.!?…]+["”’»)\]]*(?:[ \t]+|\n|$)|\n|$)'), (lambda s: main."trim"(s, ' 	
'))), (lambda s: (s != '')));

CREATE MACRO speaker_weight(role_word) AS COALESCE((SELECT r.weight FROM roles AS r INNER JOIN watch_in_use AS w USING (watch_version) WHERE (r.role_id = role_word)), 0.4);

CREATE MACRO stance_as_of(day, known_at) AS TABLE SELECT CAST("day" AS "DATE") AS "day", s.actor, s.issue, s.aspect, s.stance, stance_score(s.stance) AS score, said.condition, s.valid_from AS held_since, said.said_on AS last_said_on, freshness_on(said.said_on, CAST("day" AS "DATE")) AS freshness, s.contested, said.independent_sources, said.position_id AS lead_position_id, s.first_position_id FROM (SELECT t.*, statement_by(t.statements, CAST("day" AS "DATE")) AS said FROM stance_spells AS t WHERE ((t.known_from <= known_at) AND ((t.known_to IS NULL) OR (t.known_to > known_at)) AND (t.valid_from <= CAST("day" AS "DATE")) AND ((t.valid_to IS NULL) OR (t.valid_to >= CAST("day" AS "DATE"))))) AS s;

CREATE MACRO stance_on(day) AS TABLE SELECT * FROM stance_as_of("day", CAST('infinity' AS "TIMESTAMP WITH TIME ZONE"));

CREATE MACRO stance_score(word) AS CASE  WHEN ((word = 'supports')) THEN (2) WHEN ((word = 'conditional')) THEN (1) WHEN ((word = 'undecided')) THEN (0) WHEN ((word = 'sceptical')) THEN (-1) WHEN ((word = 'opposes')) THEN (-2) ELSE NULL END;

CREATE MACRO stance_side(word) AS CASE  WHEN ((word = 'supports')) THEN ('for') WHEN ((word = 'conditional')) THEN ('for') WHEN ((word = 'undecided')) THEN ('undecided') WHEN ((word = 'sceptical')) THEN ('against') WHEN ((word = 'opposes')) THEN ('against') ELSE NULL END;

CREATE MACRO statement_by(statements, last_day) AS list_filter(statements, (lambda x: (x.said_on <= last_day)))[-1];

CREATE MACRO withdrawal_cause(reason) AS CASE  WHEN ((reason IN ('edited', 'gone', 'returned'))) THEN ('retraction') ELSE reason END;
