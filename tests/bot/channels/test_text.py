"""Splitting and formatting: nothing of a text is lost, and nothing of it becomes formatting."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels import text
from tests.providers.telegram_html import read_html

LINK = re.compile(r"https?://\S+")
SENTENCE_END = re.compile(r"[.!?…:;][\"»”)]?$")

_links = st.from_regex(r"https://[a-z]{2,8}\.sv/[a-z0-9_~&=?.*-]{0,12}[a-z0-9]", fullmatch=True)
_words = st.text(st.sampled_from('abñé¡¿🙂1,.;:!?"»)(*_~`<&>-'), min_size=1, max_size=12)
_spaces = st.sampled_from([" ", "  ", "\n", "\n\n", "\n \n", " \n\n\n ", "\t"])


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Words and links of any shape with any white space between them."""
    tokens = draw(st.lists(st.one_of(_words, _words, _words, _links), max_size=40))
    spaced = [token + draw(_spaces) for token in tokens]
    return draw(st.sampled_from(["", " ", "\n"])) + "".join(spaced)


def _without_spaces(words: str) -> str:
    return "".join(words.split())


@given(st.one_of(_texts(), st.text(max_size=200)), st.integers(2, 60))
@example('Dijo "hola." Y se fue', 12)
@example("a.)) b", 3)
def test_splitting_keeps_every_character_and_the_limit(words: str, limit: int) -> None:
    parts = text.split(words, limit)
    assert _without_spaces("".join(parts)) == _without_spaces(words)
    assert all(part and part == part.strip() for part in parts)
    assert all(text.length(part) <= limit for part in parts)


@given(_texts(), st.integers(24, 60))
@example("una palabra          \n\n\n\n  y\notra", 24)
def test_splitting_never_glues_or_cuts_words_that_fit(words: str, limit: int) -> None:
    if all(text.length(word) <= limit for word in words.split()):
        parts = text.split(words, limit)
        assert [word for part in parts for word in part.split()] == words.split()


@given(_texts(), _texts(), _links, st.integers(34, 50))
def test_a_link_that_fits_is_never_cut(before: str, after: str, link: str, limit: int) -> None:
    # Opened by a bracket and a word without a blank: the whole word may well be too long.
    parts = text.split(f"{before}(véase:{link} {after}", limit)
    assert any(link in part for part in parts)


def test_a_link_longer_than_the_limit_is_cut_and_still_whole() -> None:
    link = "https://marn.gob.sv/" + "a" * 100
    parts = text.split(f"Aquí: {link} fin", 40)
    assert max(map(len, parts)) <= 40
    assert link in "".join(parts)


@given(
    st.lists(st.integers(1, 18).map(lambda size: "palabras y cosas así"[:size] + "."), min_size=2)
)
def test_splitting_prefers_ends_of_sentences(sentences: list[str]) -> None:
    for part in text.split(" ".join(sentences), 40):
        assert SENTENCE_END.search(part)


@pytest.mark.parametrize("end", ['."', "!»", "?)", ".”", ":", ";", "…"])
def test_a_closing_mark_stays_with_its_sentence(end: str) -> None:
    first = f"Dijo «hola{end}"
    assert text.split(f"{first} Luego siguió hablando", len(first) + 2)[0] == first


def test_splitting_prefers_paragraphs_to_lines_to_sentences() -> None:
    paragraph = "Uno dos tres. Cuatro cinco seis."
    assert text.split(f"{paragraph}\n\n{paragraph}", 50) == [paragraph, paragraph]
    lines = "Uno dos tres. Cuatro.\nCinco seis siete. Ocho."
    assert text.split(lines, 30) == lines.split("\n")


@given(_texts())
def test_a_text_that_fits_stays_one(words: str) -> None:
    whole = words.strip()
    assert text.split(words, max(2, text.length(whole))) == ([whole] if whole else [])


def test_length_counts_as_the_providers_do() -> None:
    assert text.length("¡Salú! 🙂") == 9
    assert text.length("\ud83d") == 1


# -- formatting ------------------------------------------------------------------------------------

_content = st.text(st.sampled_from("ab ñé¡¿🙂1.,:()*_~`<&>\"'\n"), max_size=20).map(
    lambda words: re.sub(r"\*\*+", "*", words)
)
_bold = st.text(st.sampled_from("ab ñé¡🙂1.,_~`<&>"), min_size=1, max_size=12).filter(
    lambda words: words == words.strip()
)


@st.composite
def _marked(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """A text of ours with what is bold in it and the links in it, in order."""
    kinds = draw(st.lists(st.sampled_from(["content", "bold", "link", "bold link"]), max_size=8))
    pieces: list[str] = []
    bolds: list[str] = []
    links: list[str] = []
    for kind in kinds:
        if kind == "content":
            pieces.append(draw(_content))
        elif kind == "bold":
            bolds.append(draw(_bold))
            pieces.append(f"**{bolds[-1]}**")
        else:
            links.append(draw(_links).replace("*", ""))
            pieces.append(links[-1])
            if kind == "bold link":
                bolds.append(f"{draw(_bold)} {links[-1]}")
                pieces[-1] = f"**{bolds[-1]}**"
    return " ".join(pieces), bolds, links


def _whatsapp_spans(words: str) -> list[str]:
    """What WhatsApp shows as bold, italic, struck or monospaced, outermost only.

    Its documented marks: one before and one after, on a line, at the outside no letter or digit,
    at the inside no white space.
    """
    spans: list[str] = []
    start = 0
    while start < len(words):
        mark = words[start]
        opens = (
            mark in "*_~`"
            and not (start and words[start - 1].isalnum())
            and start + 1 < len(words)
            and not words[start + 1].isspace()
            and words[start + 1] != text.WORD_JOINER
        )
        end = start + 2
        while opens and end < len(words) and words[end] != "\n":
            after = words[end + 1 : end + 2]
            if words[end] == mark and not words[end - 1].isspace() and not after.isalnum():
                spans.append(words[start + 1 : end])
                break
            end += 1
        else:
            end = start
        start = end + 1
    return spans


@given(_marked())
@example(("(*) nota *uno* y **dos**", ["dos"], []))
@example(("*nota: **ojo** fin*", ["ojo"], []))
@example(("**https://marn.gob.sv/a_b**", ["https://marn.gob.sv/a_b"], ["https://marn.gob.sv/a_b"]))
def test_on_whatsapp_only_our_bold_is_formatted(marked: tuple[str, list[str], list[str]]) -> None:
    words, bolds, links = marked
    shown = text.whatsapp(words)
    without_joiners = shown.replace(text.WORD_JOINER, "")
    assert [
        one.replace(text.WORD_JOINER, "") for one in _whatsapp_spans(_hidden(shown, links))
    ] == [_hidden(bold, links) for bold in bolds]
    # Nothing else changes: with single marks around what is bold it is the text itself.
    expected = words
    for bold in bolds:
        expected = expected.replace(f"**{bold}**", f"*{bold}*", 1)
    assert without_joiners == expected
    assert all(link in shown for link in links)


def _hidden(words: str, links: list[str]) -> str:
    """The text with its links as plain words: WhatsApp formats nothing inside a link."""
    for link in links:
        words = words.replace(link, "enlace")
    return words


@given(_marked())
def test_telegram_reads_our_bold_and_the_rest_as_it_stands(
    marked: tuple[str, list[str], list[str]],
) -> None:
    words, bolds, links = marked
    shown, entities = read_html(text.telegram(words))
    assert shown == text.plain(words)
    in_utf16 = shown.encode("utf-16-le")
    spans = [
        in_utf16[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in entities
    ]
    assert spans == bolds
    assert {one["type"] for one in entities} <= {"bold"}
    assert all(link in shown for link in links)


@given(_marked())
def test_plain_takes_our_marks_away_and_nothing_else(
    marked: tuple[str, list[str], list[str]],
) -> None:
    words, bolds, _ = marked
    for bold in bolds:
        words = words.replace(f"**{bold}**", bold, 1)
    assert text.plain(marked[0]) == words


@given(st.text(max_size=60))
def test_any_text_can_be_given_to_each_channel(words: str) -> None:
    assert text.whatsapp(words).replace(text.WORD_JOINER, "").replace("*", "") == (
        words.replace(text.WORD_JOINER, "").replace("*", "")
    )
    shown, _ = read_html(text.telegram(words))
    assert shown == text.plain(words)


def test_our_own_examples() -> None:
    words = "¡Ojo! **Multa & cierre** <ver> 2*3 a_b 🙂 https://marn.gob.sv/a_b?x=1&y=2"
    assert text.whatsapp(words) == words.replace("**", "*")
    assert text.telegram(words) == (
        "¡Ojo! <b>Multa &amp; cierre</b> &lt;ver&gt; 2*3 a_b 🙂 https://marn.gob.sv/a_b?x=1&amp;y=2"
    )
    assert text.plain(words) == words.replace("**", "")
