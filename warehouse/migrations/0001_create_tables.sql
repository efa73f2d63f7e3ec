-- Tables of one warehouse. One warehouse holds one watch.
--
-- No keys, checks, enumerations, sequences or indexes: growing tables stay fast and portable without them. Ids are content
-- hashes, inserts are anti-joins, and a test sees to it that ids are unique.
--
-- Rows are append-only, with one exception: a row's transaction time is closed in place (positions.withdrawn_at,
-- event_reports.withdrawn_at, events.superseded_at, taggings.superseded_at, runs.ended_at). Closing keeps every fact as it
-- was recorded: what was known at time K is still `recorded_at <= K AND (withdrawn_at IS NULL OR withdrawn_at > K)`. A separate table of
-- withdrawals would say the same at the price of an anti-join in everybody's SQL.
--
-- A position that returns after its withdrawal, or is found again with another speaker, date, basis or confidence, is a new
-- row with the same position_id and its own recorded_at. The view positions_live has one row per position_id.
--
-- stance_queue alone is no record but a list of work: a build takes the keys out in the transaction that builds them.

CREATE TABLE migrations (
    number INTEGER,
    name VARCHAR,
    sha256 VARCHAR,
    applied_at TIMESTAMPTZ
);
COMMENT ON TABLE migrations IS 'Migration that the file has seen';
COMMENT ON COLUMN migrations.number IS 'Number of the file';
COMMENT ON COLUMN migrations.name IS 'Name of the file, without number';
COMMENT ON COLUMN migrations.sha256 IS 'SHA-256 of the file';
COMMENT ON COLUMN migrations.applied_at IS 'When it ran, UTC';

CREATE TABLE watches (
    watch_version VARCHAR,
    ordinal INTEGER,
    watch_id VARCHAR,
    title VARCHAR,
    about VARCHAR,
    language VARCHAR,
    score_groups VARCHAR[],
    operating_point DOUBLE,
    half_life_days DOUBLE,
    fresh_days INTEGER,
    ageing_days INTEGER,
    late_after_days INTEGER,
    recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE watches IS 'A version of the watch, each time it came into use; the row with the highest ordinal is the watch in use';
COMMENT ON COLUMN watches.watch_version IS 'Version of the watch';
COMMENT ON COLUMN watches.ordinal IS '1 for the first watch of the warehouse';
COMMENT ON COLUMN watches.watch_id IS 'Short name';
COMMENT ON COLUMN watches.title IS 'Name for readers';
COMMENT ON COLUMN watches.about IS 'What it is about, one sentence';
COMMENT ON COLUMN watches.language IS 'ISO 639-1 code of the texts that can be read';
COMMENT ON COLUMN watches.score_groups IS 'Parts that `evaluate` reports apart';
COMMENT ON COLUMN watches.operating_point IS 'Confidence from which a position may move a stance';
COMMENT ON COLUMN watches.half_life_days IS 'After so many days a statement weighs half';
COMMENT ON COLUMN watches.fresh_days IS 'Evidence up to this age is fresh';
COMMENT ON COLUMN watches.ageing_days IS 'Evidence up to this age is ageing; older is stale';
COMMENT ON COLUMN watches.late_after_days IS 'Said more than so many days before it became known: late';
COMMENT ON COLUMN watches.recorded_at IS 'When the row was recorded, UTC';

CREATE TABLE roles (
    watch_version VARCHAR,
    role_id VARCHAR,
    titles VARCHAR[],
    weight DOUBLE,
    attribution VARCHAR,
    is_head BOOLEAN
);
COMMENT ON TABLE roles IS 'Kind of office, by watch version: how much its holder weighs';
COMMENT ON COLUMN roles.watch_version IS 'Version of the watch';
COMMENT ON COLUMN roles.role_id IS 'Short name';
COMMENT ON COLUMN roles.titles IS 'Titles in texts, lower case';
COMMENT ON COLUMN roles.weight IS 'Weight of the holder''s words';
COMMENT ON COLUMN roles.attribution IS 'How the holder''s words count';
COMMENT ON COLUMN roles.is_head IS 'True for those whom `the president` or `the prime minister` alone can mean';

CREATE TABLE actors (
    watch_version VARCHAR,
    actor_id VARCHAR,
    kind VARCHAR,
    names VARCHAR[],
    demonyms VARCHAR[],
    capitals VARCHAR[],
    seats VARCHAR[],
    member_of VARCHAR[],
    in_focus BOOLEAN,
    note VARCHAR,
    source VARCHAR,
    verified BOOLEAN
);
COMMENT ON TABLE actors IS 'State, body or group whose stance is kept, by watch version';
COMMENT ON COLUMN actors.watch_version IS 'Version of the watch';
COMMENT ON COLUMN actors.actor_id IS 'ISO 3166-1 alpha-3 for states';
COMMENT ON COLUMN actors.kind IS 'state, organisation, coalition or group';
COMMENT ON COLUMN actors.names IS 'Names, the usual one first, without an article';
COMMENT ON COLUMN actors.demonyms IS 'Adjectives and nouns of its people';
COMMENT ON COLUMN actors.capitals IS 'Cities that stand for the government';
COMMENT ON COLUMN actors.seats IS 'Palaces, streets, ministries that stand for the government';
COMMENT ON COLUMN actors.member_of IS 'Actor ids of bodies that it belongs to';
COMMENT ON COLUMN actors.in_focus IS 'True where silence is worth a line';
COMMENT ON COLUMN actors.note IS 'Reason of a choice';
COMMENT ON COLUMN actors.source IS 'Public page that shows it';
COMMENT ON COLUMN actors.verified IS 'True where the page was seen to show it';

CREATE TABLE people (
    watch_version VARCHAR,
    name VARCHAR,
    surname VARCHAR,
    aliases VARCHAR[],
    gender VARCHAR
);
COMMENT ON TABLE people IS 'Somebody who speaks for an actor while in office, by watch version';
COMMENT ON COLUMN people.watch_version IS 'Version of the watch';
COMMENT ON COLUMN people.name IS 'Full name as English news write it';
COMMENT ON COLUMN people.surname IS 'Name after the first mention';
COMMENT ON COLUMN people.aliases IS 'Other spellings of the full name or of the surname';
COMMENT ON COLUMN people.gender IS 'For pronouns; '''' where unknown';

CREATE TABLE offices (
    watch_version VARCHAR,
    person VARCHAR,
    role VARCHAR,
    title VARCHAR,
    actor VARCHAR,
    begins VARCHAR,
    ends VARCHAR,
    source VARCHAR,
    verified BOOLEAN
);
COMMENT ON TABLE offices IS 'Office that a person held, from when to when, by watch version';
COMMENT ON COLUMN offices.watch_version IS 'Version of the watch';
COMMENT ON COLUMN offices.person IS 'Name of the person';
COMMENT ON COLUMN offices.role IS 'Role id';
COMMENT ON COLUMN offices.title IS 'Title as news use it';
COMMENT ON COLUMN offices.actor IS 'Actor id for which it speaks';
COMMENT ON COLUMN offices.begins IS 'First day, as precise as known; '''' where unknown';
COMMENT ON COLUMN offices.ends IS 'Last day, as precise as known; '''' where none is known';
COMMENT ON COLUMN offices.source IS 'Public page that shows it';
COMMENT ON COLUMN offices.verified IS 'True where the page was seen to show it';

CREATE TABLE issues (
    watch_version VARCHAR,
    issue_id VARCHAR,
    title VARCHAR,
    meaning VARCHAR,
    more_specific_than VARCHAR[],
    own_forces_of VARCHAR[]
);
COMMENT ON TABLE issues IS 'Question on which actors take positions, by watch version; its cues stay in the watch file';
COMMENT ON COLUMN issues.watch_version IS 'Version of the watch';
COMMENT ON COLUMN issues.issue_id IS 'Short name';
COMMENT ON COLUMN issues.title IS 'Name for readers';
COMMENT ON COLUMN issues.meaning IS 'What being for it means';
COMMENT ON COLUMN issues.more_specific_than IS 'Issues that it wins over where both match the same words';
COMMENT ON COLUMN issues.own_forces_of IS 'Issues that become this one where the actor speaks of its own part';

CREATE TABLE aspects (
    watch_version VARCHAR,
    issue VARCHAR,
    aspect_id VARCHAR,
    title VARCHAR
);
COMMENT ON TABLE aspects IS 'Question within an issue, by watch version; stances are compared within an aspect only';
COMMENT ON COLUMN aspects.watch_version IS 'Version of the watch';
COMMENT ON COLUMN aspects.issue IS 'Issue id';
COMMENT ON COLUMN aspects.aspect_id IS 'Short name; `general` stands for the issue as such';
COMMENT ON COLUMN aspects.title IS 'Name for readers';

CREATE TABLE feeds (
    watch_version VARCHAR,
    feed_id VARCHAR,
    url VARCHAR,
    outlet VARCHAR,
    country VARCHAR,
    kind VARCHAR,
    state_media BOOLEAN,
    fetches_all BOOLEAN,
    source VARCHAR,
    verified BOOLEAN
);
COMMENT ON TABLE feeds IS 'Feed of the watch, by watch version; a password in its address is masked';
COMMENT ON COLUMN feeds.watch_version IS 'Version of the watch';
COMMENT ON COLUMN feeds.feed_id IS 'Short name';
COMMENT ON COLUMN feeds.url IS 'Address';
COMMENT ON COLUMN feeds.outlet IS 'Who publishes it';
COMMENT ON COLUMN feeds.country IS 'ISO 3166-1 alpha-3 of the outlet, or the id of a body';
COMMENT ON COLUMN feeds.kind IS 'Kind of outlet';
COMMENT ON COLUMN feeds.state_media IS 'True where a state runs it';
COMMENT ON COLUMN feeds.fetches_all IS 'True where every item is fetched, whatever its title';
COMMENT ON COLUMN feeds.source IS 'Public page that names it';
COMMENT ON COLUMN feeds.verified IS 'True once `feeds check` has seen it';

CREATE TABLE feed_polls (
    run_id VARCHAR,
    feed_id VARCHAR,
    polled_at TIMESTAMPTZ,
    status VARCHAR,
    http_status INTEGER,
    items INTEGER,
    new_items INTEGER,
    etag VARCHAR,
    last_modified VARCHAR,
    next_poll_at TIMESTAMPTZ,
    failures INTEGER,
    detail VARCHAR
);
COMMENT ON TABLE feed_polls IS 'Poll of a feed in a run';
COMMENT ON COLUMN feed_polls.run_id IS 'Run that polled';
COMMENT ON COLUMN feed_polls.feed_id IS 'Feed polled';
COMMENT ON COLUMN feed_polls.polled_at IS 'When the answer came, UTC';
COMMENT ON COLUMN feed_polls.status IS 'The one final word';
COMMENT ON COLUMN feed_polls.http_status IS 'HTTP status; None where no answer came';
COMMENT ON COLUMN feed_polls.items IS 'Entries in the answer';
COMMENT ON COLUMN feed_polls.new_items IS 'Entries not known before';
COMMENT ON COLUMN feed_polls.etag IS 'ETag, verbatim';
COMMENT ON COLUMN feed_polls.last_modified IS 'Last-Modified, verbatim';
COMMENT ON COLUMN feed_polls.next_poll_at IS 'Not before this, UTC';
COMMENT ON COLUMN feed_polls.failures IS 'Failed polls in a row, this one included';
COMMENT ON COLUMN feed_polls.detail IS 'Why it failed, secrets masked';

CREATE TABLE documents (
    document_id VARCHAR,
    url VARCHAR,
    outlet VARCHAR,
    credited_source VARCHAR,
    title VARCHAR,
    published_at TIMESTAMPTZ,
    published_on DATE,
    published_basis VARCHAR,
    language VARCHAR,
    wire_id VARCHAR,
    feed_id VARCHAR,
    first_seen_at TIMESTAMPTZ
);
COMMENT ON TABLE documents IS 'Article, as it was at first sight';
COMMENT ON COLUMN documents.document_id IS 'Content id of the canonical address (or of the seed''s id)';
COMMENT ON COLUMN documents.url IS 'Canonical address; `seed:<id>` for a seed without one';
COMMENT ON COLUMN documents.outlet IS 'Who published it';
COMMENT ON COLUMN documents.credited_source IS 'Agency that the text credits; empty if none';
COMMENT ON COLUMN documents.title IS 'Headline';
COMMENT ON COLUMN documents.published_at IS 'When it was published, UTC; the time of first sight where nothing tells';
COMMENT ON COLUMN documents.published_on IS 'Day of publication, the anchor of relative dates';
COMMENT ON COLUMN documents.published_basis IS 'How the date is known';
COMMENT ON COLUMN documents.language IS 'ISO 639-1 code of the text';
COMMENT ON COLUMN documents.wire_id IS 'Shared by copies of one wire story; the document''s own id where it has none';
COMMENT ON COLUMN documents.feed_id IS 'Feed that named it; None for a seed';
COMMENT ON COLUMN documents.first_seen_at IS 'When the article was first seen, UTC';

CREATE TABLE document_versions (
    document_id VARCHAR,
    version INTEGER,
    title VARCHAR,
    credited_source VARCHAR,
    language VARCHAR,
    wire_id VARCHAR,
    text VARCHAR,
    text_sha256 VARCHAR,
    raw_sha256 VARCHAR,
    seen_at TIMESTAMPTZ
);
COMMENT ON TABLE document_versions IS 'One wording of an article; an edit is another version';
COMMENT ON COLUMN document_versions.document_id IS 'Content id of the canonical address (or of the seed''s id)';
COMMENT ON COLUMN document_versions.version IS '1 for the first text, counted by article';
COMMENT ON COLUMN document_versions.title IS 'Headline';
COMMENT ON COLUMN document_versions.credited_source IS 'Agency that the text credits; empty if none';
COMMENT ON COLUMN document_versions.language IS 'ISO 639-1 code of the text';
COMMENT ON COLUMN document_versions.wire_id IS 'Shared by copies of one wire story; the document''s own id where it has none';
COMMENT ON COLUMN document_versions.text IS 'Headline, an empty line, and the clean text: what offsets count in';
COMMENT ON COLUMN document_versions.text_sha256 IS 'SHA-256 of text in UTF-8: the id of the text version';
COMMENT ON COLUMN document_versions.raw_sha256 IS 'SHA-256 of the bytes that the text was made from';
COMMENT ON COLUMN document_versions.seen_at IS 'When this text version was first seen, UTC';

CREATE TABLE outcomes (
    run_id VARCHAR,
    item VARCHAR,
    status VARCHAR,
    detail VARCHAR,
    recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE outcomes IS 'How one input item ended in one run';
COMMENT ON COLUMN outcomes.run_id IS 'Run in which it ended';
COMMENT ON COLUMN outcomes.item IS 'Document id, or the address or file name of an item that never became a document';
COMMENT ON COLUMN outcomes.status IS 'The one final word';
COMMENT ON COLUMN outcomes.detail IS 'Why, in words; empty where the word says all';
COMMENT ON COLUMN outcomes.recorded_at IS 'When it was recorded, UTC';

CREATE TABLE taggings (
    document_id VARCHAR,
    text_sha256 VARCHAR,
    relevance DOUBLE,
    extractor_version VARCHAR,
    watch_version VARCHAR,
    position_count INTEGER,
    event_count INTEGER,
    reason VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ,
    superseded_at TIMESTAMPTZ
);
COMMENT ON TABLE taggings IS 'Text version tagged by one extractor version with one watch version; of a document the row without superseded_at is in force';
COMMENT ON COLUMN taggings.document_id IS 'Document';
COMMENT ON COLUMN taggings.text_sha256 IS 'Text version';
COMMENT ON COLUMN taggings.relevance IS 'How much the text is about the watch; 0 is not at all';
COMMENT ON COLUMN taggings.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN taggings.watch_version IS 'Version of the watch';
COMMENT ON COLUMN taggings.position_count IS 'Positions found';
COMMENT ON COLUMN taggings.event_count IS 'Event reports found';
COMMENT ON COLUMN taggings.reason IS 'new, edited, re-extraction or watch_change: why it was tagged';
COMMENT ON COLUMN taggings.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN taggings.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN taggings.superseded_at IS 'When another tagging took its place, UTC; null while in force';

CREATE TABLE positions (
    position_id VARCHAR,
    document_id VARCHAR,
    text_sha256 VARCHAR,
    actor VARCHAR,
    speaker VARCHAR,
    role VARCHAR,
    issue VARCHAR,
    aspect VARCHAR,
    stance VARCHAR,
    condition VARCHAR,
    held VARCHAR,
    attribution VARCHAR,
    basis VARCHAR,
    quote VARCHAR,
    quote_start INTEGER,
    quote_end INTEGER,
    said_on DATE,
    said_on_basis VARCHAR,
    confidence DOUBLE,
    trail VARCHAR,
    extractor_version VARCHAR,
    watch_version VARCHAR,
    quote_key VARCHAR,
    recorded_reason VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_reason VARCHAR
);
COMMENT ON TABLE positions IS 'Actor on an issue in one passage; a row is never rewritten, only closed by withdrawn_at';
COMMENT ON COLUMN positions.position_id IS 'Content id of document, actor, issue, aspect, stance, held, quote and its ordinal';
COMMENT ON COLUMN positions.document_id IS 'Document that shows it';
COMMENT ON COLUMN positions.text_sha256 IS 'Text version that the offsets count in';
COMMENT ON COLUMN positions.actor IS 'Actor id of the watch, or ISO 3166-1 alpha-3';
COMMENT ON COLUMN positions.speaker IS 'Whoever said it, under the name that the text uses';
COMMENT ON COLUMN positions.role IS 'Role id that the speaker held on said_on, where known';
COMMENT ON COLUMN positions.issue IS 'Issue id of the watch';
COMMENT ON COLUMN positions.aspect IS 'Question within the issue; `general` where the text names none';
COMMENT ON COLUMN positions.stance IS 'Where the actor stands';
COMMENT ON COLUMN positions.condition IS 'The words that state the condition';
COMMENT ON COLUMN positions.held IS 'Held now, or reported as held then';
COMMENT ON COLUMN positions.attribution IS 'How it is known';
COMMENT ON COLUMN positions.basis IS 'What it rests on in time';
COMMENT ON COLUMN positions.quote IS 'Verbatim evidence: text[quote_start:quote_end]';
COMMENT ON COLUMN positions.quote_start IS 'First character of the quote in the text version';
COMMENT ON COLUMN positions.quote_end IS 'One past its last character';
COMMENT ON COLUMN positions.said_on IS 'Day on which it was said or done, as well as is known';
COMMENT ON COLUMN positions.said_on_basis IS 'How said_on is known';
COMMENT ON COLUMN positions.confidence IS 'Share of such positions that hold';
COMMENT ON COLUMN positions.trail IS 'Rule ids that made it, joined by spaces';
COMMENT ON COLUMN positions.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN positions.watch_version IS 'Version of the watch';
COMMENT ON COLUMN positions.quote_key IS 'Hash of the quote without case, punctuation and white space: equal for near-same quotes';
COMMENT ON COLUMN positions.recorded_reason IS 'new, edited, re-extraction or watch_change: why its document was tagged then';
COMMENT ON COLUMN positions.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN positions.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN positions.withdrawn_at IS 'When it stopped being known, UTC; null while it is known';
COMMENT ON COLUMN positions.withdrawn_reason IS 'edited, gone, re-extraction or watch_change; null while it is known';

CREATE TABLE event_reports (
    report_id VARCHAR,
    document_id VARCHAR,
    text_sha256 VARCHAR,
    type VARCHAR,
    plover_code VARCHAR,
    starts_on DATE,
    ends_on DATE,
    date_precision VARCHAR,
    date_basis VARCHAR,
    date_raw VARCHAR,
    status VARCHAR,
    actors VARCHAR[],
    targets VARCHAR[],
    place VARCHAR,
    quantities VARCHAR[],
    quote VARCHAR,
    quote_start INTEGER,
    quote_end INTEGER,
    confidence DOUBLE,
    trail VARCHAR,
    extractor_version VARCHAR,
    watch_version VARCHAR,
    event_id VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_reason VARCHAR
);
COMMENT ON TABLE event_reports IS 'Report of a happening in a document; closed by withdrawn_at';
COMMENT ON COLUMN event_reports.report_id IS 'Content id of document, type, date, actors, quote and its ordinal';
COMMENT ON COLUMN event_reports.document_id IS 'Document that reports it';
COMMENT ON COLUMN event_reports.text_sha256 IS 'Text version that the offsets count in';
COMMENT ON COLUMN event_reports.type IS 'What kind of happening';
COMMENT ON COLUMN event_reports.plover_code IS 'PLOVER root code; None where none says the same';
COMMENT ON COLUMN event_reports.starts_on IS 'First day; None where unknown';
COMMENT ON COLUMN event_reports.ends_on IS 'Last day, inclusive';
COMMENT ON COLUMN event_reports.date_precision IS 'Smallest unit that the text gives';
COMMENT ON COLUMN event_reports.date_basis IS 'How the date is known';
COMMENT ON COLUMN event_reports.date_raw IS 'The words that give the date';
COMMENT ON COLUMN event_reports.status IS 'Whether it happened';
COMMENT ON COLUMN event_reports.actors IS 'Ids of those who act in it or take part, past or ahead; the doer first';
COMMENT ON COLUMN event_reports.targets IS 'Ids that it was done to or for';
COMMENT ON COLUMN event_reports.place IS 'Place as written';
COMMENT ON COLUMN event_reports.quantities IS 'Numbers with their units, as written';
COMMENT ON COLUMN event_reports.quote IS 'Verbatim evidence: text[quote_start:quote_end]';
COMMENT ON COLUMN event_reports.quote_start IS 'First character of the quote in the text version';
COMMENT ON COLUMN event_reports.quote_end IS 'One past its last character';
COMMENT ON COLUMN event_reports.confidence IS 'Share of such reports that hold';
COMMENT ON COLUMN event_reports.trail IS 'Rule ids that made it, joined by spaces';
COMMENT ON COLUMN event_reports.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN event_reports.watch_version IS 'Version of the watch';
COMMENT ON COLUMN event_reports.event_id IS 'Event that it reports';
COMMENT ON COLUMN event_reports.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN event_reports.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN event_reports.withdrawn_at IS 'When it stopped being known, UTC; null while it is known';
COMMENT ON COLUMN event_reports.withdrawn_reason IS 'edited, gone, re-extraction or watch_change; null while it is known';

CREATE TABLE events (
    event_id VARCHAR,
    type VARCHAR,
    plover_code VARCHAR,
    starts_on DATE,
    ends_on DATE,
    date_precision VARCHAR,
    date_basis VARCHAR,
    date_raw VARCHAR,
    status VARCHAR,
    actors VARCHAR[],
    targets VARCHAR[],
    place VARCHAR,
    quantities VARCHAR[],
    lead_report_id VARCHAR,
    reports INTEGER,
    extractor_version VARCHAR,
    watch_version VARCHAR,
    content_key VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ,
    superseded_at TIMESTAMPTZ
);
COMMENT ON TABLE events IS 'Happening as its reports together show it; the row without superseded_at is in force';
COMMENT ON COLUMN events.event_id IS 'Content id: the report_id of the first report';
COMMENT ON COLUMN events.type IS 'What kind of happening';
COMMENT ON COLUMN events.plover_code IS 'PLOVER root code; None where none says the same';
COMMENT ON COLUMN events.starts_on IS 'First day; None where unknown';
COMMENT ON COLUMN events.ends_on IS 'Last day, inclusive';
COMMENT ON COLUMN events.date_precision IS 'Smallest unit that the text gives';
COMMENT ON COLUMN events.date_basis IS 'How the date is known';
COMMENT ON COLUMN events.date_raw IS 'The words that give the date';
COMMENT ON COLUMN events.status IS 'Whether it happened';
COMMENT ON COLUMN events.actors IS 'Ids of those who act in it or take part, past or ahead; the doer first';
COMMENT ON COLUMN events.targets IS 'Ids that it was done to or for';
COMMENT ON COLUMN events.place IS 'Place as written';
COMMENT ON COLUMN events.quantities IS 'Numbers with their units, as written';
COMMENT ON COLUMN events.lead_report_id IS 'Fullest report: most actors, then highest confidence';
COMMENT ON COLUMN events.reports IS 'Documents that report it';
COMMENT ON COLUMN events.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN events.watch_version IS 'Version of the watch';
COMMENT ON COLUMN events.content_key IS 'Hash of the columns before: another one is another row';
COMMENT ON COLUMN events.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN events.recorded_at IS 'When the row was recorded, UTC';
COMMENT ON COLUMN events.superseded_at IS 'When another row took its place or its last report was withdrawn, UTC; null while in force';

CREATE TABLE stance_queue (
    actor VARCHAR,
    issue VARCHAR,
    aspect VARCHAR
);
COMMENT ON TABLE stance_queue IS 'Key whose evidence changed since stances were last built; emptied by the build';
COMMENT ON COLUMN stance_queue.actor IS 'Actor id';
COMMENT ON COLUMN stance_queue.issue IS 'Issue id';
COMMENT ON COLUMN stance_queue.aspect IS 'Aspect of the issue';

CREATE TABLE stance_builds (
    ordinal INTEGER,
    run_id VARCHAR,
    known_at TIMESTAMPTZ,
    watch_version VARCHAR,
    keys INTEGER,
    revisions INTEGER
);
COMMENT ON TABLE stance_builds IS 'Build of stances that had anything to do';
COMMENT ON COLUMN stance_builds.ordinal IS '1 for the first build';
COMMENT ON COLUMN stance_builds.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN stance_builds.known_at IS 'What was known then went in, UTC';
COMMENT ON COLUMN stance_builds.watch_version IS 'Version of the watch';
COMMENT ON COLUMN stance_builds.keys IS 'Keys built';
COMMENT ON COLUMN stance_builds.revisions IS 'Revisions that differed and were appended';

CREATE TABLE stance_revisions (
    revision_id VARCHAR,
    actor VARCHAR,
    issue VARCHAR,
    aspect VARCHAR,
    revision INTEGER,
    known_from TIMESTAMPTZ,
    run_id VARCHAR,
    watch_version VARCHAR,
    spells_hash VARCHAR,
    spells INTEGER
);
COMMENT ON TABLE stance_revisions IS 'Set of spells of one key from the time it became known; appended only when it differs from the one before';
COMMENT ON COLUMN stance_revisions.revision_id IS 'Content id of key, number and spells';
COMMENT ON COLUMN stance_revisions.actor IS 'Actor id';
COMMENT ON COLUMN stance_revisions.issue IS 'Issue id';
COMMENT ON COLUMN stance_revisions.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_revisions.revision IS '1 for the first of the key';
COMMENT ON COLUMN stance_revisions.known_from IS 'When it became known, UTC; it holds until the next revision of the key';
COMMENT ON COLUMN stance_revisions.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN stance_revisions.watch_version IS 'Version of the watch';
COMMENT ON COLUMN stance_revisions.spells_hash IS 'Hash of the spells';
COMMENT ON COLUMN stance_revisions.spells IS 'Number of spells; 0 where all evidence was withdrawn';

CREATE TABLE stance_spell_rows (
    revision_id VARCHAR,
    actor VARCHAR,
    issue VARCHAR,
    aspect VARCHAR,
    ordinal INTEGER,
    stance VARCHAR,
    conditions VARCHAR[],
    contested BOOLEAN,
    valid_from DATE,
    valid_to DATE,
    first_position_id VARCHAR,
    lead_position_id VARCHAR,
    independent_sources INTEGER,
    statements STRUCT(said_on DATE, position_id VARCHAR, condition VARCHAR, independent_sources INTEGER)[]
);
COMMENT ON TABLE stance_spell_rows IS 'Uninterrupted stance within a revision';
COMMENT ON COLUMN stance_spell_rows.revision_id IS 'Revision';
COMMENT ON COLUMN stance_spell_rows.actor IS 'Actor id';
COMMENT ON COLUMN stance_spell_rows.issue IS 'Issue id';
COMMENT ON COLUMN stance_spell_rows.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_spell_rows.ordinal IS '1 for the first spell of the key';
COMMENT ON COLUMN stance_spell_rows.stance IS 'Where the actor stands';
COMMENT ON COLUMN stance_spell_rows.conditions IS 'Conditions stated during the spell, as written, in order';
COMMENT ON COLUMN stance_spell_rows.contested IS 'For and against are both in force; false in this version';
COMMENT ON COLUMN stance_spell_rows.valid_from IS 'First day of the uninterrupted stance';
COMMENT ON COLUMN stance_spell_rows.valid_to IS 'Last day of it, inclusive; null while it holds';
COMMENT ON COLUMN stance_spell_rows.first_position_id IS 'Position that opened it';
COMMENT ON COLUMN stance_spell_rows.lead_position_id IS 'Newest position that shows it';
COMMENT ON COLUMN stance_spell_rows.independent_sources IS 'Origins behind it: copies and credits of one agency count once';
COMMENT ON COLUMN stance_spell_rows.statements IS 'Days on which it was stated or restated, each with lead, condition in force and origins until the next';

CREATE TABLE stance_changes (
    change_id VARCHAR,
    day DATE,
    actor VARCHAR,
    issue VARCHAR,
    aspect VARCHAR,
    kind VARCHAR,
    cause VARCHAR,
    strength VARCHAR,
    before_stance VARCHAR,
    after_stance VARCHAR,
    moved_on DATE,
    significance DOUBLE,
    independent_sources INTEGER,
    before_position_id VARCHAR,
    after_position_id VARCHAR,
    digest_id VARCHAR,
    watch_version VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE stance_changes IS 'Line of an issued digest: change, first sight or signal';
COMMENT ON COLUMN stance_changes.change_id IS 'Content id of day, actor, issue, aspect, kind, cause, strength and both lead positions';
COMMENT ON COLUMN stance_changes.day IS 'Day of the digest that shows it';
COMMENT ON COLUMN stance_changes.actor IS 'Actor id';
COMMENT ON COLUMN stance_changes.issue IS 'Issue id';
COMMENT ON COLUMN stance_changes.aspect IS 'Aspect of the issue';
COMMENT ON COLUMN stance_changes.kind IS 'What it did to the stance';
COMMENT ON COLUMN stance_changes.cause IS 'Why the line stands here';
COMMENT ON COLUMN stance_changes.strength IS 'confirmed, or a signal that may not move a stance';
COMMENT ON COLUMN stance_changes.before_stance IS 'Stance before; None at first sight';
COMMENT ON COLUMN stance_changes.after_stance IS 'Stance after; None where all evidence was withdrawn';
COMMENT ON COLUMN stance_changes.moved_on IS 'Day from which the stance after holds';
COMMENT ON COLUMN stance_changes.significance IS 'Rank among the changes of a day: size of the move and weight of the speaker';
COMMENT ON COLUMN stance_changes.independent_sources IS 'Origins behind the stance after';
COMMENT ON COLUMN stance_changes.before_position_id IS 'Lead position before';
COMMENT ON COLUMN stance_changes.after_position_id IS 'Lead position after';
COMMENT ON COLUMN stance_changes.digest_id IS 'Digest that shows it';
COMMENT ON COLUMN stance_changes.watch_version IS 'Version of the watch';
COMMENT ON COLUMN stance_changes.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN stance_changes.recorded_at IS 'When the row was recorded, UTC';

CREATE TABLE coverage_days (
    day DATE,
    subject_kind VARCHAR,
    subject VARCHAR,
    documents INTEGER,
    positions INTEGER,
    polls INTEGER,
    polls_ok INTEGER,
    watch_version VARCHAR,
    run_id VARCHAR,
    recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE coverage_days IS 'Actor or feed on a day, as known when the digest of the day was issued: silence is told apart from stability';
COMMENT ON COLUMN coverage_days.day IS 'Day';
COMMENT ON COLUMN coverage_days.subject_kind IS 'actor or feed';
COMMENT ON COLUMN coverage_days.subject IS 'Actor id or feed id';
COMMENT ON COLUMN coverage_days.documents IS 'Documents of the day that were tagged: with a position of the actor, or from the feed';
COMMENT ON COLUMN coverage_days.positions IS 'Positions of the actor, or from the feed, said on the day';
COMMENT ON COLUMN coverage_days.polls IS 'Polls of the feed on the day; 0 for an actor';
COMMENT ON COLUMN coverage_days.polls_ok IS 'Of these, polls that did not fail';
COMMENT ON COLUMN coverage_days.watch_version IS 'Version of the watch';
COMMENT ON COLUMN coverage_days.run_id IS 'Run that recorded the row';
COMMENT ON COLUMN coverage_days.recorded_at IS 'When the row was recorded, UTC';

CREATE TABLE runs (
    run_id VARCHAR,
    step VARCHAR,
    started_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    status VARCHAR,
    detail VARCHAR,
    watch_version VARCHAR,
    extractor_version VARCHAR
);
COMMENT ON TABLE runs IS 'Run of the pipeline or of a step';
COMMENT ON COLUMN runs.run_id IS 'Content id of step, start time and process';
COMMENT ON COLUMN runs.step IS 'first_batch, poll, tag, daily_digest or monitor';
COMMENT ON COLUMN runs.started_at IS 'UTC';
COMMENT ON COLUMN runs.ended_at IS 'UTC; None while running, or where it was killed';
COMMENT ON COLUMN runs.status IS 'How it ended';
COMMENT ON COLUMN runs.detail IS 'Counts in words, or why it failed';
COMMENT ON COLUMN runs.watch_version IS 'Version of the watch';
COMMENT ON COLUMN runs.extractor_version IS 'Version of the extractors and their data';

CREATE TABLE digests (
    digest_id VARCHAR,
    number INTEGER,
    opening BOOLEAN,
    watch_id VARCHAR,
    watch_version VARCHAR,
    day DATE,
    previous_day DATE,
    first_day DATE,
    issued_at TIMESTAMPTZ,
    extractor_version VARCHAR,
    content VARCHAR,
    content_sha256 VARCHAR,
    run_id VARCHAR
);
COMMENT ON TABLE digests IS 'Digest as issued, never rewritten';
COMMENT ON COLUMN digests.digest_id IS 'Content id of watch, day and number';
COMMENT ON COLUMN digests.number IS '1 for the opening digest of a warehouse';
COMMENT ON COLUMN digests.opening IS 'True for the first digest of a warehouse';
COMMENT ON COLUMN digests.watch_id IS 'Watch';
COMMENT ON COLUMN digests.watch_version IS 'Its version';
COMMENT ON COLUMN digests.day IS 'Day that it covers';
COMMENT ON COLUMN digests.previous_day IS 'Day of the digest before; None for the opening one';
COMMENT ON COLUMN digests.first_day IS 'For the opening digest: first day with a document';
COMMENT ON COLUMN digests.issued_at IS 'When it was issued, UTC';
COMMENT ON COLUMN digests.extractor_version IS 'Version of the extractors and their data';
COMMENT ON COLUMN digests.content IS 'The digest as JSON';
COMMENT ON COLUMN digests.content_sha256 IS 'SHA-256 of the JSON without issued_at and age_days';
COMMENT ON COLUMN digests.run_id IS 'Run that recorded the row';
