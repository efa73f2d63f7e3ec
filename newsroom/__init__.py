"""A loopback news site that publishes a scripted scenario, for tests and for `stancewatch demo`.

The outlets are invented, and so is every sentence. The scenario walks along publicly known dates (summits, visits, calls) and lets
persons in public office speak, but **what they say here is made up for testing**: no article quotes, retells or summarises a real
report, and nothing in this package is a record of what anybody said or did. Never use it as a source.

The room knows `vocabulary` alone: what is published here comes to the others over HTTP, as from any other site. `scenario` reads and
checks the script, `outlets` says who publishes it and with which habits, `pages` and `feeds` render it, `site` serves it. The clock
is the scenario's own (`Newsroom.set_moment`); nothing here reads the calendar.
"""
