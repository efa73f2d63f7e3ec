-- Articles are asked for again: what entries say, when pages are looked at, what is gone where it was published, and what an edit changed.

ALTER TABLE feed_entries ADD COLUMN said_id VARCHAR;
ALTER TABLE feed_entries ADD COLUMN updated_at TIMESTAMPTZ;
COMMENT ON TABLE feed_entries IS 'Entry of a feed as first met, and again where it was edited, or another version of the watch judged it anew';
COMMENT ON COLUMN feed_entries.said_id IS 'Hash of what it says, without what changes by itself: another one is an edit; empty if unknown';
COMMENT ON COLUMN feed_entries.updated_at IS 'Date of its last edit where it gives one, UTC';

ALTER TABLE waiting_entries ADD COLUMN updated_at TIMESTAMPTZ;
COMMENT ON COLUMN waiting_entries.updated_at IS 'Date of its last edit where it gives one, UTC';

CREATE TABLE page_checks (
    feed_id VARCHAR,
    guid VARCHAR,
    url VARCHAR,
    title VARCHAR,
    summary VARCHAR,
    content_html VARCHAR,
    published_at TIMESTAMPTZ,
    published_raw VARCHAR,
    updated_at TIMESTAMPTZ,
    document_id VARCHAR,
    outlet VARCHAR,
    first_seen_at TIMESTAMPTZ,
    asked_at TIMESTAMPTZ,
    next_ask_at TIMESTAMPTZ,
    is_called BOOLEAN,
    idle_calls INTEGER,
    etag VARCHAR,
    last_modified VARCHAR,
    attempts INTEGER,
    missing INTEGER,
    is_gone BOOLEAN
);
COMMENT ON TABLE page_checks IS 'Article whose page is asked for again, with its entry as last seen; one that is not about the watch leaves the table';
COMMENT ON COLUMN page_checks.feed_id IS 'Feed that named it';
COMMENT ON COLUMN page_checks.guid IS 'The feed''s own id of the entry; empty if none';
COMMENT ON COLUMN page_checks.url IS 'Canonical address of the article';
COMMENT ON COLUMN page_checks.title IS 'Title, plain text';
COMMENT ON COLUMN page_checks.summary IS 'Summary, plain text';
COMMENT ON COLUMN page_checks.content_html IS 'The feed''s own full content, HTML; empty if none';
COMMENT ON COLUMN page_checks.published_at IS 'Date of the entry where plausible, UTC';
COMMENT ON COLUMN page_checks.published_raw IS 'The date as it was written';
COMMENT ON COLUMN page_checks.updated_at IS 'Date of its last edit where it gives one, UTC';
COMMENT ON COLUMN page_checks.document_id IS 'Article';
COMMENT ON COLUMN page_checks.outlet IS 'Who published it';
COMMENT ON COLUMN page_checks.first_seen_at IS 'When its page was first read, UTC: the schedule counts from here';
COMMENT ON COLUMN page_checks.asked_at IS 'When its page was last asked for, UTC';
COMMENT ON COLUMN page_checks.next_ask_at IS 'When its page is asked for again, UTC; None where only a feed can call for that';
COMMENT ON COLUMN page_checks.is_called IS 'True where a feed shows it edited since it was last asked for';
COMMENT ON COLUMN page_checks.idle_calls IS 'Calls of a feed in a row that found its page as it was';
COMMENT ON COLUMN page_checks.etag IS 'ETag of the page that gave the newest text, verbatim';
COMMENT ON COLUMN page_checks.last_modified IS 'Last-Modified of that page, verbatim';
COMMENT ON COLUMN page_checks.attempts IS 'Times in a row that its page could not be had';
COMMENT ON COLUMN page_checks.missing IS 'Times in a row that its page was not there (404, or a way to the front page)';
COMMENT ON COLUMN page_checks.is_gone IS 'True while it counts as gone';

CREATE TABLE gone_documents (
    document_id VARCHAR,
    gone_at TIMESTAMPTZ,
    detail VARCHAR,
    run_id VARCHAR,
    back_at TIMESTAMPTZ
);
COMMENT ON TABLE gone_documents IS 'Article that is gone where it was published; closed by back_at, and the row without one is in force. What it showed stays, withdrawn as gone';
COMMENT ON COLUMN gone_documents.document_id IS 'Article';
COMMENT ON COLUMN gone_documents.gone_at IS 'When it was found to be gone, UTC';
COMMENT ON COLUMN gone_documents.detail IS 'What the site answered';
COMMENT ON COLUMN gone_documents.run_id IS 'Run that found it gone';
COMMENT ON COLUMN gone_documents.back_at IS 'When its page was found there again, UTC; None while it is gone';

-- A tagging of a gone article is closed too, so that the article is tagged anew when it comes back.
CREATE OR REPLACE MACRO withdrawal_cause(reason) AS CASE WHEN reason IN ('edited', 'gone', 'returned') THEN 'retraction' ELSE reason END;
COMMENT ON MACRO withdrawal_cause IS 'Cause of a change that rests on a withdrawn position, or on one that came back';
COMMENT ON COLUMN taggings.reason IS 'new, edited, returned, re-extraction or watch_change: why it was tagged';
COMMENT ON COLUMN taggings.superseded_at IS 'When another tagging took its place, or its document was found gone, UTC; null while in force';
COMMENT ON COLUMN positions.recorded_reason IS 'new, edited, returned, re-extraction or watch_change: why its document was tagged then';
COMMENT ON COLUMN positions_live.recorded_reason IS 'new, edited, returned, re-extraction or watch_change: why its document was tagged then';

-- A sentence ends with a full stop, question or exclamation mark (and quotation marks or brackets) before a blank, or with its line.
CREATE MACRO sentences_of(text) AS
    list_filter(list_transform(regexp_extract_all(text, '[^\n]+?(?:[.!?…]+["”’»)\]]*(?:[ \t]+|\n|$)|\n|$)'), lambda s: trim(s, E' \t\n')), lambda s: s <> '');
COMMENT ON MACRO sentences_of IS 'Sentences of a text, roughly: an abbreviation ends one too';

CREATE VIEW document_edits AS
SELECT
    a.document_id, d.outlet, a.title, b.version AS before_version, b.seen_at AS before_seen_at, a.version, a.seen_at,
    list_filter(sentences_of(b.text), lambda s: NOT list_contains(sentences_of(a.text), s)) AS removed,
    list_filter(sentences_of(a.text), lambda s: NOT list_contains(sentences_of(b.text), s)) AS added
FROM document_versions a
JOIN document_versions b ON b.document_id = a.document_id AND b.version = a.version - 1
JOIN documents d ON d.document_id = a.document_id;
COMMENT ON VIEW document_edits IS 'Edit of an article: two texts that follow each other, and the sentences in which they differ';
COMMENT ON COLUMN document_edits.document_id IS 'Article';
COMMENT ON COLUMN document_edits.outlet IS 'Who published it';
COMMENT ON COLUMN document_edits.title IS 'Headline after the edit';
COMMENT ON COLUMN document_edits.before_version IS 'Number of the text before';
COMMENT ON COLUMN document_edits.before_seen_at IS 'When the text before was first seen, UTC';
COMMENT ON COLUMN document_edits.version IS 'Number of the text after';
COMMENT ON COLUMN document_edits.seen_at IS 'When the text after was first seen, UTC: the edit was made between the two';
COMMENT ON COLUMN document_edits.removed IS 'Sentences that stand in the text before only';
COMMENT ON COLUMN document_edits.added IS 'Sentences that stand in the text after only';
