-- What the robots.txt of each site said, so that it is asked for once a day and not in every run (RFC 9309, 2.4).

CREATE TABLE robots_files (
    site VARCHAR,
    read_at TIMESTAMPTZ,
    http_status INTEGER,
    text VARCHAR,
    failed_at TIMESTAMPTZ,
    detail VARCHAR
);
COMMENT ON TABLE robots_files IS 'robots.txt of a site as last read: it holds for 24 hours, and up to 30 days while it cannot be had; a newer answer takes its place';
COMMENT ON COLUMN robots_files.site IS 'Scheme, host and port';
COMMENT ON COLUMN robots_files.read_at IS 'When the site last answered (2xx, or 4xx for none), UTC; None for never';
COMMENT ON COLUMN robots_files.http_status IS 'HTTP status of that answer';
COMMENT ON COLUMN robots_files.text IS 'Its text, at most 500 000 bytes; empty where there is none, which allows all';
COMMENT ON COLUMN robots_files.failed_at IS 'When it last could not be had since that answer, UTC; None for never';
COMMENT ON COLUMN robots_files.detail IS 'Why it could not be had';
