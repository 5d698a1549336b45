"""What the reporting templates of the Responsible Minerals Initiative have in common.

CMRT, EMRT, CRT and AMRT share the layout of their smelter list and of the look-up sheet behind it. A loader gives
the positions of its own template; how the sheets are read and what is doubtful about them is told here.
"""

from graphmap.forms.contact import contact
from graphmap.forms.layout import cell_name, check_landmarks, has_sheet, is_nothing, text_at
from graphmap.forms.smelterlist import SmelterList

__all__ = ["SmelterList", "cell_name", "check_landmarks", "contact", "has_sheet", "is_nothing", "text_at"]
