"""Which new articles are copies of a wire story, among themselves or of stored ones."""

from collections.abc import Sequence

from extractors.wires import StoredText, find_wire
from vocabulary.documents import Document
from warehouse.store import Warehouse

COPY_DAYS = 7  # later than this an outlet prints an archive, not the wire


def share_wires(store: Warehouse, documents: Sequence[Document]) -> list[Document]:
    """Return `documents` with the wire_id of what each is a copy of; one that is stored already keeps its own.

    The first published of a story gives its id; where that comes in late, those before it keep the id that they have.
    """
    stored = store.find_alike(documents, days=COPY_DAYS)
    by_key: dict[int, list[Document]] = {}
    wires: dict[str, str] = {}
    for document in sorted(documents, key=lambda one: (one.published_at, one.document_id)):
        known = stored.get(document.document_id, [])
        own = next((other.wire_id for other in known if other.document_id == document.document_id), None)
        alike = {other.document_id: other for key in document.wire_keys for other in by_key.get(key, [])}
        others = [StoredText(other.wire_id, other.text) for other in known]
        others += [StoredText(wires[other.document_id], other.text) for other in alike.values() if _is_near(document, other)]
        wires[document.document_id] = own or find_wire(document.text, others) or document.wire_id
        for key in document.wire_keys:
            by_key.setdefault(key, []).append(document)
    return [document.model_copy(update={"wire_id": wires[document.document_id]}) for document in documents]


def _is_near(one: Document, other: Document) -> bool:
    """Tell whether two articles were published within the days of a wire."""
    return abs((one.published_on - other.published_on).days) <= COPY_DAYS
