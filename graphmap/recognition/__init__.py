"""Which loader reads which sheet of a document, by what stands in it and never by the name of its file.

A template is read whole by one loader. Of a workbook of tables each sheet is judged by itself: a loader reads it when
its head proves that it is such a table, or when the sheet or a title says so. Doubt is a rejection that says what each
candidate lacks. What graphmap wrote itself is refused: an answer is no source.
"""

from graphmap.recognition.choice import Part, recognise

__all__ = ["Part", "recognise"]
