"""How bytes come in: seed files, feeds and pages.

Bytes and the facts that their carrier gives, nothing more: what a text says is for `extractors`, what is kept for `warehouse`.
No calendar clock in here: callers pass `now`. `time.monotonic` serves deadlines and gaps.
"""
