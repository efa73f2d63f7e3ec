"""A digest as it was issued, from the published snapshot: no lock, no run, and nothing written that is there."""

from datetime import date

from digest.render import render_markdown
from flows.files import write_digest
from flows.lock import place_of
from flows.reports import DigestReport
from flows.settings import Settings
from vocabulary.errors import NoDataError, WarehouseError
from vocabulary.stance import Digest
from warehouse.reading import open_snapshot
from warehouse.snapshot import snapshot_path


def find_issued(settings: Settings, day: date) -> Digest | None:
    """Return the digest of `day` as the snapshot has it; None where it has none, or cannot be read by this program."""
    try:
        with open_snapshot(snapshot_path(place_of(settings))) as snapshot:
            return snapshot.find_digest(day)
    except (NoDataError, WarehouseError):  # whoever opens the warehouse itself says what is wrong
        return None


def reprint(settings: Settings, digest: Digest) -> tuple[DigestReport, str]:
    """Return where the files of `digest` are, written where they are missing, and its Markdown text in case they cannot be.

    `latest` stays as it is: without the lock nobody knows what is the last one.
    """
    report = DigestReport(state="reprinted", day=digest.day, number=digest.number)
    try:
        return report.model_copy(update={"path": str(write_digest(settings.digests, digest, latest=False))}), ""
    except WarehouseError as error:
        return report.model_copy(update={"notes": (f"{error}; it is printed here",)}), render_markdown(digest)
