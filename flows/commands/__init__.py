"""The verbs of the command line, one module per kind; each has `register(app)` and imports its rooms when it runs."""
