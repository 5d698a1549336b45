"""Reads workbooks (.xlsx, .xls), text tables (.csv) and JSON files behind a guard against hostile ones.

``open_document`` gives a ``Document``, whose tables give ``Row`` after ``Row``; cells know their address, and
what is doubtful about them becomes an issue of the document.
"""

from graphmap.sheets.container import diagnose
from graphmap.sheets.document import Document, Reads, header_of, open_document
from graphmap.sheets.table import Row

__all__ = ["Document", "Reads", "Row", "diagnose", "header_of", "open_document"]
