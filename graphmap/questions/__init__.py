"""Named questions: Cypher for a server, and for each a twin in Python that gives the same rows.

The questions stand in ``queries/``, one file each, in folders named for the worry; ``catalogue`` reads them,
``parameters`` fills them in, ``asking`` runs them. The twins of a folder are the module of its name: functions over a
``View`` and the parameters that a user may set. They draw on ``analysis``; what is their own is the bound on hops.
"""

from graphmap.questions.asking import Answer, View, ask, run
from graphmap.questions.catalogue import Column, Parameter, Question, question, questions
from graphmap.questions.parameters import Meanings, fill

__all__ = [
    "Answer",
    "Column",
    "Meanings",
    "Parameter",
    "Question",
    "View",
    "ask",
    "fill",
    "question",
    "questions",
    "run",
]
