"""Tables of a document, row by row; what nobody takes of them is reported."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from graphmap.records import Issue, Severity
from graphmap.sheets import values
from graphmap.sheets.container import column_letters
from graphmap.sheets.values import Cell, Doubtful, plain_text, shown

if TYPE_CHECKING:
    from graphmap.sheets.document import Document

T = TypeVar("T")


_NOT_ASKED: frozenset[tuple[int, int]] = frozenset({(-1, -1)})


class Row:
    """One row. Taking a field marks it as read. A field that has no column is blank."""

    __slots__ = ("_cells", "_document", "_table", "number")

    def __init__(self, document: Document, table: Table, number: int, cells: Sequence[Cell]) -> None:
        self.number = number
        self._document = document
        self._table = table
        self._cells = cells

    @property
    def sheet(self) -> str:
        """The name of the sheet; "" in a text table."""
        return self._table.sheet

    def address(self, field: str = "") -> str:
        """Where a field stands, e.g. "Smelter List!D17" ("D17" in a text table); by default, where the row begins."""
        return self._table.address(self.number, self._table.index.get(field, 0))

    def has(self, field: str) -> bool:
        """Whether the table has a column for a field."""
        return field in self._table.index

    def header(self, field: str) -> str:
        """What stands above a field, shortened; "" if it has no column."""
        column = self._table.index.get(field)
        return "" if column is None else self._table.header(column)

    @property
    def titles(self) -> list[str]:
        """What the table is called: the name of its sheet, and texts that stand alone in a row above its header."""
        return self._table.titles

    def take(self, field: str, default: str = "") -> str:
        """The cleaned text of a field; ``default`` when it is blank."""
        cell = self._take(field)
        if cell == "":
            return default
        text = plain_text(cell)
        if text is not None:  # nearly always
            return text
        return self._document.clean(cell, self.address(field)) or default

    def take_all(self) -> dict[str, str]:
        """The cleaned text of every field, "" when it is blank: ``take`` for all at once, and several times faster."""
        self._table.taken[self.number] |= self._table.all_taken
        texts = {}
        for field, column in self._table.index.items():
            cell = self._cells[column]
            text = "" if cell == "" else plain_text(cell)
            texts[field] = self._document.clean(cell, self.address(field)) if text is None else text
        return texts

    def split(self, field: str) -> list[str]:
        """The cleaned values of a cell that may hold several, parted by ``|``, ``;`` or line breaks."""
        cell = self._take(field)
        if cell == "":
            return []
        address, document = self.address(field), self._document
        parts = values.split_list(values.as_text(cell))
        texts = [text for part in parts if (text := document.clean(part, address))]
        if len(texts) > 1:
            document.report("note", address, f"the cell holds {len(texts)} values, and each is used", cell)
        return texts

    def share(self, field: str) -> float | None:
        """A share, 0 to 1: from "30%", from 0.3, or from 30 in a column whose header says percent.

        None when it is blank and, with an issue, when it is no share.
        """
        table = self._table
        is_fraction = table.is_fraction(self.number, field)
        in_percent, mixed = table.in_percent(field) and not is_fraction, is_fraction is None
        return self._judge(field, partial(values.share_of, in_percent=in_percent, mixed=mixed))

    def number_of(self, field: str) -> float | None:
        """A number. None when it is blank and, with an issue, when it is none."""
        return self._judge(field, values.number_of)

    def degrees(self, field: str, axis: str) -> float | None:
        """The degrees of a coordinate; ``axis`` is "ns" for a latitude, "ew" for a longitude.

        None when it is blank and, with an issue, when it is none.
        """
        return self._judge(field, partial(values.degrees_of, axis=axis))

    def pair_of_degrees(self, field: str) -> tuple[float, float] | None:
        """Latitude and longitude that one cell holds. None when it is blank and, with an issue, when it holds none."""
        text = self.take(field)
        pair = values.pair_of_degrees(text)
        if text and pair is None:
            cure = "Write -1.68, 29.22: degrees."
            self.issue("error", field, f"'{shown(text, 40)}' is no pair of coordinates", cure)
        return pair

    def past_date(self, field: str) -> date | None:
        """A date that is not after today. None when it is blank and, with an issue, when it is none or yet to come."""
        day = self.date(field)
        if day is None or day <= self._document.today:
            return day
        self.issue("error", field, "the date lies in the future and is not used", "Correct the date.")
        return None

    def date(self, field: str) -> date | None:
        """A date. None when it is blank and, with an issue, when it is none or can be two."""
        return self._document.judge_date(self._take(field), self.address(field))

    def issue(self, severity: Severity, field: str, message: str, cure: str = "") -> None:
        """Note something doubtful about a field, with its value; field "" means the whole row."""
        column = self._table.index.get(field)
        value = "" if column is None else values.as_text(self._cells[column])
        self._document.issue(severity, self.address(field), message, value, cure)

    def _take(self, field: str) -> Cell:
        column = self._table.index.get(field)
        if column is None:
            return ""
        self._table.taken[self.number] |= 1 << column
        return self._cells[column]

    def _judge(self, field: str, judge: Callable[[Cell], T]) -> T | None:
        return self._document.judge(judge, self._take(field), self.address(field))


class Table:
    """A part of a sheet: where its rows begin and which column holds which field.

    ``grid`` are all rows of the sheet, ``start`` the number of those above the table; the last of them is its
    header, if it has one. ``index`` gives the column of a field and ``ignored`` the columns that are left out on
    purpose, from 0. ``passed`` are the numbers of the rows that were seen, and ``taken`` has a bit for every column
    that was read of a row of the sheet, ``all_taken`` those of all fields. ``percent_cells`` tells which cells of the
    sheet are formatted in percent, as row and column from 0, if the file says so. It knows no document, so that no
    cycle keeps large sheets in memory.
    """

    def __init__(
        self,
        sheet: str,
        grid: Sequence[Sequence[Cell]],
        start: int,
        index: Mapping[str, int],
        taken: defaultdict[int, int],
    ) -> None:
        self.sheet = sheet
        self.grid = grid
        self.start = start
        self.index = index
        self.taken = taken
        self.all_taken = sum(1 << column for column in set(index.values()))
        self.ignored: frozenset[int] = frozenset()
        self.passed: list[int] = []
        self._prefix = f"{shown(sheet)}!" if sheet else ""
        self.percent_cells: Callable[[], frozenset[tuple[int, int]] | None] | None = None
        self._in_percent: dict[str, bool] = {}
        self._formatted: frozenset[tuple[int, int]] | None = _NOT_ASKED

    def address(self, number: int, column: int) -> str:
        """Where a row (from 1) crosses a column (from 0), e.g. "Smelter List!D17"."""
        return f"{self._prefix}{column_letters(column + 1)}{number}"

    @property
    def heads(self) -> list[str]:
        """What stands above the columns, as it is written."""
        return [values.as_text(cell) for cell in self._above()]

    def header(self, column: int) -> str:
        """What stands above a column, shortened; "" when nothing does."""
        above = self._above()
        return shown(" ".join(values.as_text(above[column]).split()), 60) if column < len(above) else ""

    @property
    def titles(self) -> list[str]:
        """The name of the sheet, if it has one, and the texts that stand alone in a row above the header."""
        rows = ([cell for cell in row if cell != ""] for row in self.grid[: max(0, self.start - 1)])
        alone = [shown(row[0], 100) for row in rows if len(row) == 1 and isinstance(row[0], str)]
        return [*([self.sheet] if self.sheet else []), *alone]

    def in_percent(self, field: str) -> bool:
        """Whether numbers without a sign are in percent: the header says so, and they are not all fractions.

        In a workbook 0.3 below "share %" is a cell formatted as a percentage, unless other cells of the column are
        above 1: then its own format decides (``is_fraction``). In a text table it is 0.3 %.
        """
        if field not in self._in_percent:
            column = self.index.get(field)
            in_percent = column is not None and _PERCENT.search(self.header(column)) is not None
            if in_percent and self.sheet:
                in_percent = any(_is_above_one(row[column]) for row in self.grid[self.start :])  # type: ignore[index]
            self._in_percent[field] = in_percent
        return self._in_percent[field]

    def is_fraction(self, number: int, field: str) -> bool | None:
        """Whether a number up to 1 is a fraction in a column of a workbook of which others are in percent.

        It is where its cell is formatted so. None where the file does not tell.
        """
        if not self.sheet or not self.in_percent(field):
            return False
        if self._formatted is _NOT_ASKED:
            self._formatted = self.percent_cells() if self.percent_cells else None
        return None if self._formatted is None else (number - 1, self.index[field]) in self._formatted

    def rows(self, document: Document) -> Iterator[Row]:
        """The rows that hold something in a column with a field; ``document`` is where they are from."""
        width = max(len(self._above()), 1 + max(self.index.values(), default=0))
        used = sorted(set(self.index.values()))
        first = used[0] if used else 0
        live = _picker([column for column in range(width) if column not in self.ignored])
        blank: Sequence[Cell] = ()
        for number, cells in enumerate(self.grid[self.start :], self.start + 1):
            # Templates hold thousands of blank rows, most like the one before: this line decides how fast they pass.
            if cells == blank:
                continue
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            if _is_blank(live(cells)) and _is_blank(cells[width:]):
                blank = cells
                continue
            self.passed.append(number)
            if plain_text(cells[first]) is None and all(_is_void(cells[column]) for column in used):
                continue
            document.rows_read.append(self.address(number, 0))
            yield Row(document, self, number, cells)

    def _above(self) -> Sequence[Cell]:
        return self.grid[self.start - 1] if 0 < self.start <= len(self.grid) else []


def unread(tables: Sequence[Table]) -> Iterator[Issue]:
    """One note for each column of a sheet that holds something which nobody took; ``tables`` are those of the sheet."""
    seen = {number: table for table in reversed(tables) for number in table.passed}
    ignored = sum(1 << column for column in frozenset[int]().union(*(table.ignored for table in tables)))
    first: dict[int, int] = {}
    count: Counter[int] = Counter()
    for number in sorted(seen):
        table = seen[number]
        cells, done = table.grid[number - 1], table.taken.get(number, 0) | ignored
        if not ~done & (1 << len(cells)) - 1:
            continue  # every column of the row
        for column, cell in enumerate(cells):
            if cell != "" and not done >> column & 1 and not _is_space(cell):
                first.setdefault(column, number)
                count[column] += 1
    for column, number in sorted(first.items()):
        table = seen[number]
        header, address = table.header(column), table.address(number, column)
        name = f"'{header}'" if header else column_letters(column + 1)
        rows = "1 row" if count[column] == 1 else f"{count[column]:,} rows"
        # What stands there is not shown: nobody knows whether it is personal data.
        yield Issue("note", address, f"column {name} is not read; it begins at {address} and holds {rows}")


_PERCENT = re.compile("%|％|per ?cent|prozent|pourcent|porcent|百分|퍼센트|パーセント", re.IGNORECASE)


def _picker(columns: list[int]) -> Callable[[Sequence[Cell]], Sequence[Cell]]:
    if len(columns) > 1:
        return itemgetter(*columns)
    return lambda cells: [cells[column] for column in columns]


def _is_blank(cells: Sequence[Cell]) -> bool:
    return cells.count("") == len(cells)


def _is_space(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _is_void(cell: Cell) -> bool:
    """Whether a cell alone does not make a row: a template may fill blank rows with formulas that all fail."""
    return isinstance(cell, str) and (not cell.strip() or cell in values.ERROR_VALUES)


def _is_above_one(cell: Cell) -> bool:
    try:
        return cell != "" and not values.is_percentage(cell) and values.number_of(cell) > 1
    except Doubtful:
        return False


# --- headers --------------------------------------------------------------------------------------------------

Columns = Mapping[str, Sequence[str]]
"""What the header of each field may be called."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def header_words(text: str) -> tuple[str, ...]:
    """The words of a header without letter case and punctuation: "SmelterName (*)" is ("smelter", "name")."""
    text = values.without_fillers(_CAMEL.sub(" ", text[:200]))
    text = unicodedata.normalize("NFKC", text).casefold()
    return tuple("".join(char if char.isalnum() else " " for char in text).split())


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """A header as it is compared: "Smelter Name (*)", "smelter_name" and "SmelterName" are all "smeltername".

    A header in another language that is known here is the English one.
    """
    key = "".join(header_words(text))
    english = _english().get(key)
    return "".join(header_words(english)) if english else key


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    return {
        "".join(header_words(word)): english for english, said in HEADS_ELSEWHERE.items() for word in said.split("|")
    }


HEADS_ELSEWHERE: Mapping[str, str] = {
    "buyer": "Käufer|Einkaufende Firma|Abnehmer|acheteur|comprador|acquirente|采购方|买方|購入者|구매자",
    "buyer id": "Käufer-Nr.|Käufernummer|EKORG|BUKRS|Buchungskreis|Einkaufsorganisation",
    "customer": "Kunde|Kundenname|client|cliente|客户|客戶|顧客|고객",
    "customer no": "Kundennummer|Kunden-Nr.|KUNNR",
    "seller": "Verkäufer|vendeur|vendedor|venditore|卖方|賣方|판매자",
    "supplier": "Lieferant|Lieferantenname|fournisseur|proveedor|fornitore|供应商|供應商|サプライヤー|공급업체",
    "supplier no": "Lieferantennummer|Lieferanten-Nr.|Lieferantennr|Kreditor|Kreditorennummer|LIFNR",
    "company": "Firma|Unternehmen|entreprise|société|empresa|azienda|公司|会社|회사",
    "company name": "Firmenname|nom de l'entreprise|公司名称|公司名稱|会社名|회사명",
    "name": "Bezeichnung|nom|nombre|nome|名称|名稱|이름",
    "mineral": "Rohstoff|Mineralien|minerai|minéral|minerale|矿物|礦物|광물",
    "metal": "Metall|Metalle|métal|metallo|金属|金屬",
    "share": "Anteil|Lieferanteil|Einkaufsanteil|份额|比例",
    "share %": "Anteil %|Anteil in %|Anteil in Prozent|Prozentanteil",
    "spend": "Einkaufsvolumen|Betrag|Einkaufswert|montant|importe|importo|DMBTR|WRBTR|NETWR|金额|金額",
    "currency": "Währung|devise|moneda|valuta|moeda|WAERS|币种|通貨|통화",
    "product": "Produkt|Erzeugnis|Artikel|produit|producto|prodotto|产品|產品|製品|제품",
    "country": "Land|Ländername|Länderschlüssel|LAND1|pays|país|paese|国家|國家|国|국가",
    "region": "Bundesland|Provinz|Gebiet|région|región|regione|省份",
    "role": "Rolle|rôle|rol|ruolo|角色",
    "parent company": "Muttergesellschaft|Konzernmutter|Mutterkonzern|société mère|empresa matriz|母公司|親会社",
    "contact": "Ansprechpartner|Kontakt|contacto|contatto|联系人|聯絡人|担当者|담당자",
    "email": "E-Mail-Adresse|courriel|correo electrónico|邮箱|电子邮件",
    "phone": "Telefon|Telefonnummer|téléphone|teléfono|telefono|电话|電話|전화",
    "smelter name": "Schmelzhütte|Name der Schmelzhütte|Hütte|fonderie|fundición|fonderia|冶炼厂|冶煉廠|製錬所",
    "smelter id": "Hütten-ID|Schmelzhütten-ID|冶炼厂编号|冶炼厂识别号码",
    "country of origin": "Ursprungsland|Herkunftsland|pays d'origine|país de origen|paese di origine|原产国|原産国",
    "mine": "Bergwerk|Mina|miniera|矿山|礦山|鉱山|광산",
    "latitude": "Breitengrad|Breite|latitud|latitudine|纬度|緯度|위도",
    "longitude": "Längengrad|Länge|longitud|longitudine|经度|經度|경도",
    "status": "Bewertungsstatus|statut|estado|stato|状态|狀態|상태",
    "valid until": "gültig bis|valable jusqu'au|válido hasta|valido fino al|有效期至|有効期限",
    "level": "Stufe|Risikostufe|niveau|nivel|livello",
    "reason": "Grund|Begründung|raison|motivo|原因",
    "as of": "Stand|Stichtag|Datum|date d'effet|fecha|日期|日付|날짜",
}
"""What heads of tables are called in other languages and in SAP, by the English head."""


def find_fields(keys: Sequence[str], columns: Columns) -> dict[str, int]:
    """The columns, from 0, of the fields that a row of header keys names. A column serves one field only."""
    index: dict[str, int] = {}
    for field, names in columns.items():
        for key in map(header_key, names):
            if key in keys and keys.index(key) not in index.values():
                index[field] = keys.index(key)
                break
    return index
