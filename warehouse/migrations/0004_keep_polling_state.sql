-- What polling remembers from one poll to the next: the schedule of a feed, entries met, pages that wait, other addresses, hosts at rest.

ALTER TABLE feed_polls ADD COLUMN address_id VARCHAR;
ALTER TABLE feed_polls ADD COLUMN address VARCHAR;
ALTER TABLE feed_polls ADD COLUMN moved_to VARCHAR;
ALTER TABLE feed_polls ADD COLUMN watch_version VARCHAR;
ALTER TABLE feed_polls ADD COLUMN interval_s INTEGER;
ALTER TABLE feed_polls ADD COLUMN wish_s INTEGER;
ALTER TABLE feed_polls ADD COLUMN full_at TIMESTAMPTZ;
ALTER TABLE feed_polls ADD COLUMN failing_since TIMESTAMPTZ;
ALTER TABLE feed_polls ADD COLUMN pause VARCHAR;
COMMENT ON COLUMN feed_polls.address_id IS 'Content id of the feed''s address in the watch: another address, another beginning';
COMMENT ON COLUMN feed_polls.address IS 'Address that a move for good put in the place of the watch''s; empty for the watch''s own';
COMMENT ON COLUMN feed_polls.moved_to IS 'Where redirects for good led, not confirmed by a second poll yet; empty for nowhere';
COMMENT ON COLUMN feed_polls.watch_version IS 'Version of the watch by which the entries were judged';
COMMENT ON COLUMN feed_polls.interval_s IS 'Seconds between two polls that the share of new entries calls for';
COMMENT ON COLUMN feed_polls.wish_s IS 'Seconds between two polls that the feed itself asks for (ttl, sy:updatePeriod); 0 for none';
COMMENT ON COLUMN feed_polls.full_at IS 'When the whole feed last came, asked for without validators, UTC';
COMMENT ON COLUMN feed_polls.failing_since IS 'First of the failed polls in a row, UTC';
COMMENT ON COLUMN feed_polls.pause IS 'Why the feed is asked every 30 days only: gone or failing; None for none';

CREATE TABLE feed_entries (
    feed_id VARCHAR,
    document_id VARCHAR,
    guid_id VARCHAR,
    title VARCHAR,
    published_raw VARCHAR,
    is_wanted BOOLEAN,
    watch_version VARCHAR,
    first_seen_at TIMESTAMPTZ
);
COMMENT ON TABLE feed_entries IS 'Entry of a feed as first met, and again where another version of the watch judged it anew';
COMMENT ON COLUMN feed_entries.feed_id IS 'Feed that named it';
COMMENT ON COLUMN feed_entries.document_id IS 'Content id of its address; that of the article where it became one';
COMMENT ON COLUMN feed_entries.guid_id IS 'Content id of the feed''s own id of the entry; empty if none';
COMMENT ON COLUMN feed_entries.title IS 'Title, plain text';
COMMENT ON COLUMN feed_entries.published_raw IS 'The date as it was written';
COMMENT ON COLUMN feed_entries.is_wanted IS 'True where title and summary were found relevant, or the feed is read whole';
COMMENT ON COLUMN feed_entries.watch_version IS 'Version of the watch by which that was found';
COMMENT ON COLUMN feed_entries.first_seen_at IS 'When it was met, UTC';

CREATE TABLE waiting_entries (
    feed_id VARCHAR,
    guid VARCHAR,
    url VARCHAR,
    title VARCHAR,
    summary VARCHAR,
    content_html VARCHAR,
    published_at TIMESTAMPTZ,
    published_raw VARCHAR,
    document_id VARCHAR,
    outlet VARCHAR,
    queued_at TIMESTAMPTZ,
    attempts INTEGER,
    not_before TIMESTAMPTZ
);
COMMENT ON TABLE waiting_entries IS 'Entry whose page is still to be fetched; it leaves the table when the page has ended for good';
COMMENT ON COLUMN waiting_entries.feed_id IS 'Feed that named it';
COMMENT ON COLUMN waiting_entries.guid IS 'The feed''s own id of the entry; empty if none';
COMMENT ON COLUMN waiting_entries.url IS 'Canonical address of the article';
COMMENT ON COLUMN waiting_entries.title IS 'Title, plain text';
COMMENT ON COLUMN waiting_entries.summary IS 'Summary, plain text';
COMMENT ON COLUMN waiting_entries.content_html IS 'The feed''s own full content, HTML; empty if none';
COMMENT ON COLUMN waiting_entries.published_at IS 'Date of the entry where plausible, UTC';
COMMENT ON COLUMN waiting_entries.published_raw IS 'The date as it was written';
COMMENT ON COLUMN waiting_entries.document_id IS 'Content id of its address';
COMMENT ON COLUMN waiting_entries.outlet IS 'Who published it';
COMMENT ON COLUMN waiting_entries.queued_at IS 'When it was met, UTC';
COMMENT ON COLUMN waiting_entries.attempts IS 'Times that its page could not be had';
COMMENT ON COLUMN waiting_entries.not_before IS 'Not to be asked for before this, UTC; None for at once';

CREATE TABLE document_aliases (
    alias_id VARCHAR,
    document_id VARCHAR,
    recorded_at TIMESTAMPTZ
);
COMMENT ON TABLE document_aliases IS 'Another address of a stored article: where its link led, or what a later entry of the same guid called it';
COMMENT ON COLUMN document_aliases.alias_id IS 'Content id of the other address';
COMMENT ON COLUMN document_aliases.document_id IS 'Article';
COMMENT ON COLUMN document_aliases.recorded_at IS 'When it was found, UTC';

CREATE TABLE host_pauses (
    run_id VARCHAR,
    host VARCHAR,
    asked_at TIMESTAMPTZ,
    not_before TIMESTAMPTZ
);
COMMENT ON TABLE host_pauses IS 'Wish of a host to be left alone for a while, by run';
COMMENT ON COLUMN host_pauses.run_id IS 'Run that was asked';
COMMENT ON COLUMN host_pauses.host IS 'Host name';
COMMENT ON COLUMN host_pauses.asked_at IS 'When it asked, UTC';
COMMENT ON COLUMN host_pauses.not_before IS 'Not to be asked before this, UTC; at most a day later';

CREATE TABLE feed_choices (
    feed_id VARCHAR,
    url VARCHAR,
    outlet VARCHAR,
    is_removed BOOLEAN
);
COMMENT ON TABLE feed_choices IS 'Feed that the user added to those of the watch, or took from them; as of the last poll';
COMMENT ON COLUMN feed_choices.feed_id IS 'Short name';
COMMENT ON COLUMN feed_choices.url IS 'Address, keys masked; empty where the feed was taken away';
COMMENT ON COLUMN feed_choices.outlet IS 'Who publishes it; empty where the feed was taken away';
COMMENT ON COLUMN feed_choices.is_removed IS 'True where a feed of the watch is not polled';

CREATE VIEW feeds_in_use AS
SELECT f.feed_id, f.outlet, f.url, w.watch_version
FROM feeds f JOIN watch_in_use w USING (watch_version)
WHERE f.feed_id NOT IN (SELECT c.feed_id FROM feed_choices c)
UNION ALL
SELECT c.feed_id, c.outlet, c.url, w.watch_version FROM feed_choices c CROSS JOIN watch_in_use w WHERE NOT c.is_removed;
COMMENT ON VIEW feeds_in_use IS 'Feed that is polled: those of the watch in use, less those taken away, and those added';
COMMENT ON COLUMN feeds_in_use.feed_id IS 'Short name';
COMMENT ON COLUMN feeds_in_use.outlet IS 'Who publishes it';
COMMENT ON COLUMN feeds_in_use.url IS 'Address, keys masked';
COMMENT ON COLUMN feeds_in_use.watch_version IS 'Watch in use';
