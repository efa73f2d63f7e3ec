"""The morning page: a digest record in, Markdown, HTML and JSON out.

Pure: no clock, no network, no database, and nothing is written. Every text that strangers wrote is treated as hostile.
"""
