"""A page in a notebook: whole, escaped, and shut in."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from graphmap.maps.embed import as_iframe

HOSTILE = "<!doctype html><p title=\"x\">&amp; 'quotes' </iframe><script>alert(1)</script>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


def test_the_page_stands_whole_in_one_frame_and_nothing_beside_it() -> None:
    found = read(as_iframe(HOSTILE, height=500, title='"><script>'))
    ((tag, attributes),) = found.tags
    assert tag == "iframe"
    assert attributes["srcdoc"] == HOSTILE
    assert attributes["title"] == '"><script>'
    assert attributes["height"] == "500"
    assert found.text == ""


def test_the_frame_has_an_origin_of_its_own() -> None:
    ((_, attributes),) = read(as_iframe("<p>", title="A map")).tags
    assert (attributes["sandbox"] or "").split() == ["allow-scripts", "allow-downloads"]


def test_what_no_file_can_hold_is_replaced() -> None:
    assert as_iframe("a\ud800b", title="A map").encode().count("\ufffd".encode()) == 1


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")))
def test_any_page_comes_back_as_it_was(page: str) -> None:
    assert [attributes["srcdoc"] for _, attributes in read(as_iframe(page, title="A map")).tags] == [page]
