"""What a page shows of two texts: changes with numbers, from which both come back."""

from hypothesis import given
from hypothesis import strategies as st

from actions.articles.differences import DiffLine, Piece, difference

LINES = st.lists(
    st.sampled_from(["a", "b", "el plazo es de 60 días", "el plazo es de 45 días", ""])
)


def text_of(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_the_words_that_changed_are_marked_inside_their_line() -> None:
    before = "Título\nEl plazo es de 60 días.\nFin\n"
    after = "Título\nEl plazo es de 45 días.\nFin\n"
    same_before, removed, added, same_after = difference(before, after)
    assert (same_before.kind, same_before.before, same_before.after) == ("same", 1, 1)
    assert (removed.kind, removed.before, removed.after) == ("removed", 2, None)
    assert [one for one in removed.pieces if one.changed] == [Piece("60", changed=True)]
    assert (added.kind, added.before, added.after) == ("added", None, 2)
    assert [one for one in added.pieces if one.changed] == [Piece("45", changed=True)]
    assert (same_after.kind, same_after.text) == ("same", "Fin")


def test_lines_that_have_nothing_in_common_are_not_taken_for_one_line() -> None:
    removed, added = difference("Lave los tanques\n", "Ocho: 8?\n")
    assert (removed.pieces, added.pieces) == ((), ())


def test_what_stays_the_same_far_from_a_change_is_skipped() -> None:
    before = [f"línea {number}" for number in range(1, 21)]
    after = [*before[:9], "otra cosa", *before[10:]]
    found = difference(text_of(before), text_of(after), context=2)
    assert found[0] == DiffLine("skipped", 1, 1, "", count=7)
    assert found[-1] == DiffLine("skipped", 13, 13, "", count=8)
    assert [line.kind for line in found[1:-1]] == [
        *["same"] * 2, "removed", "added", *["same"] * 2
    ]  # fmt: skip


def test_equal_texts_have_no_difference() -> None:
    assert difference("uno\ndos\n", "uno\ndos\n") == []


@given(LINES, LINES)
def test_both_texts_are_found_again_in_their_difference(old: list[str], new: list[str]) -> None:
    found = difference(text_of(old), text_of(new), context=1)
    for mine, number, texts in (("removed", "before", old), ("added", "after", new)):
        at = 0
        for line in found:
            if line.kind == "skipped":
                assert getattr(line, number) == at + 1
                at += line.count
            elif line.kind in ("same", mine):
                assert getattr(line, number) == at + 1
                assert line.text == texts[at]
                at += 1
                if line.pieces:
                    assert "".join(piece.text for piece in line.pieces) == line.text
        assert at == (len(texts) if found else 0)
        assert found or old == new
