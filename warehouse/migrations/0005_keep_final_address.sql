-- Where a text was found: the address after redirects, of each version since it may change.

ALTER TABLE document_versions ADD COLUMN final_url VARCHAR;
COMMENT ON COLUMN document_versions.final_url IS 'Address after redirects at which the text was found; the same as url for a seed';
