"""When and in what order: settings, plain steps, Prefect flows and deployments over them, and the command line.

The top room: it may import every other one, and it alone knows the calendar clock, the environment and the scheduler.
"""
