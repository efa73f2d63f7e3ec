"""The calendar clock, read in one place so that a test can set it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def current_time() -> datetime:
    """Return this moment, UTC."""
    return datetime.now(UTC)


def today_in(zone: ZoneInfo) -> date:
    """Return the day that it is in `zone`."""
    return current_time().astimezone(zone).date()
