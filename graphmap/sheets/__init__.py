"""Reads workbooks (.xlsx, .xls, XML of Excel 2003), text tables and JSON files behind a guard against hostile ones.

``open_document`` gives a ``Document``, whose tables give ``Row`` after ``Row``; cells know their address, and
what is doubtful about them becomes an issue of the document.
"""

from graphmap.sheets.container import diagnose
from graphmap.sheets.document import Document, Reads, header_of, open_document
from graphmap.sheets.table import Row, Table, header_key, header_words

__all__ = ["Document", "Reads", "Row", "Table", "diagnose", "header_key", "header_of", "header_words", "open_document"]
