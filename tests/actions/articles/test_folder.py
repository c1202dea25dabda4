"""Articles out to a folder and back in: what comes in waits for a review."""

from pathlib import Path

import pytest

from actions.articles import folder
from actions.articles.errors import UnreadableFolder
from actions.articles.folder import Imported
from knowledge.articles import load_articles
from tests.actions.articles.conftest import DAY, IDS, NOW, House, written


async def bring_in(house: House, path: Path, by: str = "Rosa") -> Imported:
    return await house.do(lambda session: folder.import_all(session, house.register, path, by, NOW))


@pytest.fixture
async def out(seeded: House, tmp_path: Path) -> Path:
    """The articles as exported."""
    path = tmp_path / "out"
    assert await seeded.do(lambda session: folder.export_all(session, path, DAY)) == 3
    return path


async def test_what_goes_out_is_what_the_repository_keeps(out: Path) -> None:
    assert [one.id for one in load_articles(out)] == [*IDS]
    assert (out / "permiso" / "permiso-a.md").read_text(encoding="utf-8") == written()


async def test_what_went_out_unchanged_comes_in_as_nothing(seeded: House, out: Path) -> None:
    file = out / "permiso" / "permiso-b.md"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert await bring_in(seeded, out) == Imported((), 3, ())
    assert await seeded.states() == ["published"]


async def test_a_changed_file_becomes_one_draft_and_is_not_served(seeded: House, out: Path) -> None:
    (out / "permiso" / "permiso-a.md").write_text(written(text="De la carpeta."))
    assert await bring_in(seeded, out) == Imported((("permiso-a", 2),), 2, ())
    assert await bring_in(seeded, out) == Imported((), 3, ())
    assert await seeded.states() == ["published", "draft"]
    assert (await seeded.served())["permiso-a"].endswith("Guardá copia de todo.")
    await seeded.submit(2)
    await seeded.approve(2)
    assert (await seeded.served())["permiso-a"].endswith("De la carpeta.")
    assert await bring_in(seeded, out) == Imported((), 3, ())


async def test_new_articles_may_lead_to_each_other(seeded: House, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "permiso-y.md").write_text(written("permiso-y").replace("permiso-b", "permiso-z"))
    (new / "permiso-z.md").write_text(written("permiso-z").replace("permiso-b", "permiso-y"))
    done = await bring_in(seeded, new)
    assert (done.drafted, done.refused) == ((("permiso-y", 1), ("permiso-z", 1)), ())


async def test_a_file_with_defects_keeps_no_other_one_out(seeded: House, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "permiso-a.md").write_text(written(text="De la carpeta."))
    (new / "permiso-b.md").write_text(written("permiso-b", fact="PER-99"))
    (new / "permiso-c.md").write_bytes(b"\xff\xfe")
    (new / "Otro Nombre.md").write_text(written(text="Nuevo."))
    done = await bring_in(seeded, new)
    assert done.drafted == (("permiso-a", 2),)
    refused = {path.name: problems for path, problems in done.refused}
    assert set(refused) == {"permiso-b.md", "permiso-c.md", "Otro Nombre.md"}
    assert "PER-99" in refused["permiso-b.md"][0].message
    assert await seeded.states("permiso-b") == ["published"]


async def test_a_folder_that_says_two_things_of_one_article_is_refused(
    seeded: House, out: Path
) -> None:
    (out / "permiso-a.md").write_text(written(text="Otra cosa."))
    with pytest.raises(UnreadableFolder):
        await bring_in(seeded, out)
    with pytest.raises(UnreadableFolder):
        await bring_in(seeded, out / "nada")
