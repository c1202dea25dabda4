"""The check of articles: silent on good ones, and a defect for every way to go wrong."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.articles import load_articles
from knowledge.check import Defect, check, check_folders
from knowledge.facts import load_facts
from knowledge.topics import TOPICS
from tests.knowledge.writing import BODY, article_text, good_articles, write_facts

TODAY = date(2026, 11, 23)


class Folder:
    """Facts and good articles; a test spoils one of them and looks at the defects."""

    def __init__(self, path: Path) -> None:
        self.facts = write_facts(path / "facts")
        self.articles = path / "articles"
        self.written = good_articles(self.articles, of_each=9)

    def rewrite(
        self,
        *,
        title: str = "¿Qué hay de nuevo?",
        topic: str = "permiso",
        next_ids: tuple[str, ...] = ("permiso-b", "permiso-c"),
        aliases: tuple[str, ...] = ("uno", "dos", "tres", "cuatro", "cinco"),
        more: tuple[str, ...] = (),
        body: str = BODY,
    ) -> Path:
        path = self.written["permiso-a"]
        text = article_text(
            title=title, topic=topic, next_ids=next_ids, aliases=aliases, more=more, body=body
        )
        path.write_text(text, encoding="utf-8")
        return path

    def defects(self) -> list[Defect]:
        return check_folders(self.articles, self.facts, TODAY)

    def only_message(self) -> str:
        (defect,) = self.defects()
        assert defect.path == self.written["permiso-a"]
        return defect.message


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_good_articles_have_no_defect(folder: Folder) -> None:
    assert folder.defects() == []
    assert check(load_articles(folder.articles), load_facts(folder.facts), TODAY) == []


@pytest.mark.parametrize(
    "body",
    [
        "El MARN tiene 60 días. [PER-01]\n\nVan 1,128 solicitudes, del 20 al 30 %. [PER-01]",
        "Son sesenta días hábiles. [PER-01]\n\nLo dice el artículo 22 de la ley. [PER-01]",
        "Vale desde el 1 de junio de 2025. [PER-01]\n\nDesde junio de 2025, o sea 2025. [PER-01]",
        "Es el Decreto 233, de 1998. [PER-01]\n\nUna vez, un permiso, dos grupos. [PER-01]",
        "Guardá todo tres años; confirmalo con el MARN. [PER-02]\n\nBueno. [PER-02]",
        "Guardá todo 3 años (por confirmar). [PER-02]\n\nBueno. [PER-02]",
        "Hay multas. [PER-05]\n\nPuede ser B-1 o Categoría 2. [PER-07]",
        "1. Llená el formulario.\n2. Esperá 60 días. [PER-01]\n\nHasta 15 años. [AGU-01]",
        "En Panamá sacaron 40,000 dólares. [CASO-01]\n\nAhorrá agua: m3 y CO2. [CASO-01]",
        "Son 8 semanas. [AGU-03]\n\nEs el Decreto 39, por confirmar. [AGU-03]",
        "La norma es la 13.05.01:18. [AGU-02]\n\nBueno. [AGU-02]",
    ],
)
def test_what_the_facts_state_may_be_stated(folder: Folder, body: str) -> None:
    folder.rewrite(body=body)
    assert folder.defects() == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("Sin fuente alguna.", "no citation"),
        ("Antes de todo [PER-01] y después.", "no citation"),
        ("Mal escrita. [per-01]", "no citation"),
        ("[PER-01]", "only citations"),
        ("Bueno. [PER-99]", "PER-99, which is no fact"),
        ("Bueno. [PER-01, PER-01]", "cites PER-01 2 times"),
        ("Bueno. [PER-03]", "PER-03, which is uncertain"),
        ("Bueno. [PER-04]", "PER-04, which is background only"),
        ("Bueno. [PER-06]", "PER-06, which is not in force on 2026-11-23"),
        ("Son 61 días. [PER-01]", "'61 días' stands in none of the facts cited here (PER-01)"),
        ("Son 45 días. [PER-01]", "'45 días' stands in none"),
        ("Son 60 meses. [PER-01]", "'60 meses' stands in none"),
        ("Son 30 días. [PER-01]", "'30 días' stands in none"),
        ("Son cuatro meses. [PER-01]", "'cuatro meses' stands in none"),
        ("Baja a la mitad. [PER-01]", "'mitad' stands in none"),
        ("Lo dice el artículo 26. [PER-01]", "'artículo 26' stands in none"),
        ("Desde el 2 de junio de 2025. [PER-01]", "'2 de junio de 2025' stands in none"),
        ("Son 60 días. [PER-02]", "'60 días' stands in none"),
        ("De 2 a 100 salarios. [PER-05]", "'100 salarios' stands in none"),
        ("La norma es de 2019. [AGU-02]", "'2019' stands in none"),
        ("Cae en B-3. [PER-07]", "'B-3' stands in none"),
        ("Guardá todo tres años. [PER-02]", "'tres años' rests on recalled facts only"),
        ("Es el Decreto 39. [AGU-03]", "'39' rests on recalled facts only"),
        ("Dato confirmado: tres años. [PER-02]", "'tres años' rests on recalled facts only"),
        ("Sacaron 40,000 dólares. [CASO-01]", "name the country (Panama)"),
        ("Pagás en quetzales. [PER-01]", "'quetzales' is a Guatemalan term"),
        ("Sacá la licencia ambiental. [PER-01]", "'licencia ambiental' is a Guatemalan term"),
        ("Cae en la categoría C. [PER-01]", "'categoria c' is a Guatemalan term"),
        ("El Acuerdo Gubernativo manda. [PER-01]", "'acuerdo gubernativo' is a Guatemalan term"),
        ("Es **obligatorio**. [PER-01]", "bold"),
        ("Mirá https://ambiente.gob.sv hoy. [PER-01]", "a link"),
        ("# Título\nBueno. [PER-01]", "a heading"),
        ("Bueno 🌱. [PER-01]", "an emoji"),
    ],
)
def test_a_bad_block_is_a_defect_on_its_line(folder: Folder, block: str, message: str) -> None:
    path = folder.rewrite(body=f"Bueno. [PER-01]\n\n{block}")
    found = [defect for defect in folder.defects() if message in defect.message]
    assert len({defect.line for defect in found}) == 1
    assert {defect.path for defect in folder.defects()} == {path}
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[found[0].line - 1] in block


def test_the_line_of_a_figure_in_a_list_is_its_own(folder: Folder) -> None:
    path = folder.rewrite(body="Bueno. [PER-01]\n\n1. Llená.\n2. Esperá 61 días.\n3. Ya. [PER-01]")
    (defect,) = folder.defects()
    assert path.read_text(encoding="utf-8").splitlines()[defect.line - 1] == "2. Esperá 61 días."


def test_several_defects_are_all_reported(folder: Folder) -> None:
    folder.rewrite(
        title="¿Son 77 días?", body="Son 61 días. [PER-01]\n\nSon 9 meses. [PER-03]", aliases=("a",)
    )
    assert len(folder.defects()) == 5


def test_a_long_title_is_a_defect(folder: Folder) -> None:
    folder.rewrite(title="¿" + "a" * 58 + "?")
    assert folder.defects() == []
    folder.rewrite(title="¿" + "a" * 59 + "?")
    assert folder.only_message().startswith("title of 61 characters")


def test_a_long_body_is_a_defect_and_citations_do_not_count(folder: Folder) -> None:
    folder.rewrite(body=f"{'a' * 449} [PER-01]\n\n{'b' * 449} [PER-01]")
    assert folder.defects() == []
    folder.rewrite(body=f"{'a' * 449} [PER-01]\n\n{'b' * 450} [PER-01]")
    assert folder.only_message() == "body of 901 characters: shorten it to 900"


def test_the_number_of_aliases_blocks_and_next_is_held(folder: Folder) -> None:
    folder.rewrite(aliases=("uno", "dos", "tres", "cuatro"))
    assert "4 aliases" in folder.only_message()
    folder.rewrite(aliases=tuple(f"alias {n}" for n in range(13)))
    assert "13 aliases" in folder.only_message()
    folder.rewrite(body="Bueno. [PER-01]")
    assert "1 blocks" in folder.only_message()
    folder.rewrite(body="\n\n".join(["Bueno. [PER-01]"] * 6))
    assert folder.defects() == []
    folder.rewrite(body="\n\n".join(["Bueno. [PER-01]"] * 7))
    assert "7 blocks" in folder.only_message()
    folder.rewrite(next_ids=("permiso-b",))
    assert "1 ids in next" in folder.only_message()


def test_next_leads_to_other_articles_that_exist(folder: Folder) -> None:
    folder.rewrite(next_ids=("permiso-b", "permiso-z"))
    assert "'permiso-z', which does not exist" in folder.only_message()
    folder.rewrite(next_ids=("permiso-b", "permiso-b"))
    assert "'permiso-b' 2 times" in folder.only_message()
    folder.rewrite(next_ids=("permiso-b", "permiso-a"))
    assert "the article itself" in folder.only_message()


def test_aliases_are_other_words(folder: Folder) -> None:
    folder.rewrite(aliases=("Que hay de NUEVO", "dos", "tres", "cuatro", "cinco"))
    assert "repeats the title" in folder.only_message()
    folder.rewrite(aliases=("uno", "Uno", "tres", "cuatro", "cinco"))
    assert "'uno' stands there 2 times" in folder.only_message()
    folder.rewrite(aliases=("a1 aguas-a", "dos", "tres", "cuatro", "cinco"))
    assert {d.path for d in folder.defects()} == {folder.written["permiso-a"]}
    assert "alias 'a1 aguas a' is also in" in folder.only_message()
    folder.rewrite(aliases=("licencia ambiental", "dos", "tres", "cuatro", "cinco"))
    assert "Guatemalan" in folder.only_message()


def test_a_figure_in_the_title_needs_a_fact(folder: Folder) -> None:
    folder.rewrite(title="¿Son 60 días?")
    assert folder.defects() == []
    folder.rewrite(title="¿Son 61 días?")
    assert "'61 días' in the title" in folder.only_message()


def test_two_articles_do_not_share_a_title(folder: Folder) -> None:
    folder.rewrite(title="¿Qué hay de permiso-b?")
    (defect,) = folder.defects()
    assert "title 'que hay de permiso b' is also in" in defect.message


def test_the_topic_is_the_folder(folder: Folder) -> None:
    folder.rewrite(topic="aguas")
    assert "topic 'aguas' in folder 'permiso'" in folder.only_message()


def test_broken_front_matter_is_a_defect_and_the_others_are_still_checked(folder: Folder) -> None:
    folder.rewrite(title="Permiso: ¿cuándo?")
    folder.written["aguas-a"].write_text("nada", encoding="utf-8")
    assert {defect.path for defect in folder.defects()} == {
        folder.written["aguas-a"],
        folder.written["permiso-a"],
    }
    assert any("broken YAML" in defect.message for defect in folder.defects())


def test_an_id_is_unique_and_plain(folder: Folder) -> None:
    text = folder.written["permiso-a"].read_text(encoding="utf-8")
    (folder.articles / "permiso" / "Permiso_Á.md").write_text(
        text.replace("permiso-a", "otro"), encoding="utf-8"
    )
    (defect,) = folder.defects()
    assert "id 'Permiso_Á'" in defect.message
    (folder.articles / "permiso" / "Permiso_Á.md").rename(folder.articles / "permiso-a.md")
    assert any("id 'permiso-a' is also in" in defect.message for defect in folder.defects())


def test_every_topic_has_six_articles_and_the_set_a_hundred_and_sixty(tmp_path: Path) -> None:
    facts = write_facts(tmp_path / "facts")
    written = good_articles(tmp_path / "set", of_each=9)
    for letter in "ghi":
        written[f"aguas-{letter}"].unlink()
    assert check_folders(tmp_path / "set", facts, TODAY) == []

    written["aguas-f"].unlink()
    messages = [str(defect) for defect in check_folders(tmp_path / "set", facts, TODAY)]
    assert messages == [f"{tmp_path / 'set' / 'aguas'}:1: 5 articles: write 6 or more"]

    for letter in "ghi":
        for topic in ("permiso", "multas", "energia"):
            written[f"{topic}-{letter}"].unlink()
    messages = [str(defect) for defect in check_folders(tmp_path / "set", facts, TODAY)]
    assert f"{tmp_path / 'set'}:1: 158 articles: at least 160 are needed" in messages

    empty = [defect.message for defect in check_folders(tmp_path / "none", facts, TODAY)]
    assert "0 articles: at least 160 are needed" in empty
    assert sum("write 6 or more" in message for message in empty) == len(TOPICS)


def test_sectors_tasks_and_questions_may_stand_there(folder: Folder) -> None:
    folder.rewrite(
        more=(
            "sectors: [lacteos, panaderia]",
            "tasks: [escaneo, credito, cita, reporte]",
            "questions:",
            *(f"  - pregunta número {n}" for n in range(30)),
        )
    )
    assert folder.defects() == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sectors: [lacteos, joyeria_fina]", "unknown sector 'joyeria_fina'"),
        ("tasks: [escaneo, volar]", "unknown task 'volar'; use one of escaneo, credito"),
        (f"questions: [{', '.join(f'pregunta {n}' for n in range(31))}]", "31 questions"),
        ("questions: ['¿Ocupo permiso?', ocupo PERMISO]", "'ocupo permiso' stands there 2 times"),
        ("sectors: lacteos", "sectors must be a list"),
        ("tasks: ['']", "a task is empty"),
        ("questions: {a: b}", "questions must be a list"),
        ("branches: [lacteos]", "unknown key 'branches'"),
    ],
)
def test_a_mistake_in_them_is_a_defect(folder: Folder, line: str, told: str) -> None:
    folder.rewrite(more=(line,))
    messages = [d.message for d in folder.defects() if d.path == folder.written["permiso-a"]]
    assert len(messages) == 1
    assert told in messages[0]


EXAMPLE = """
Bueno. [PER-01]

```ejemplo
inversión = 2,400 dólares
ahorro al año = 110 * 12 = 1,320 dólares
recuperación = inversión / ahorro al año = 1.8 años
```
"""


def test_a_worked_example_needs_no_fact_and_its_figures_may_be_told(folder: Folder) -> None:
    folder.rewrite(body=EXAMPLE)
    assert folder.defects() == []
    folder.rewrite(body=f"{EXAMPLE}\nSe paga en 1.8 años con 1,320 dólares. [PER-01]")
    assert folder.defects() == []
    folder.rewrite(body=f"{EXAMPLE}\nSe paga en 1.9 años. [PER-01]")
    assert "'1.9 años' stands in none of the facts" in folder.only_message()


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("1.8 años", "1.9 años", "recuperación = inversión / ahorro al año = 1.9 años", "is 1.8"),
        ("inversión = 2", "inversion = 2", "recuperación = inversión / ahorro al año", "no line"),
        ("110 * 12", "110 ** 12", "ahorro al año = 110 ** 12", "use their names"),
        ("ahorro al año = 110", "ahorro al año: 110", "ahorro al año: 110 * 12 =", "is no name"),
        ("2,400 dólares", "2,400 dólares = 2", "inversión = 2,400 dólares = 2", "2,400 dólares"),
        ("2,400 dólares", "2,400 = 1 = 1 = 1", "inversión = 2,400 = 1", "write 'name = value'"),
        ("2,400 dólares", "2,400 quetzales", "```ejemplo", "'quetzales' is a Guatemalan term"),
        ("años\n```", "años", "```ejemplo", "the example never ends"),
        ("2,400 dólares\n", "2,400 dólares\n\n", "```ejemplo", "the example never ends"),
    ],
)
def test_an_example_that_does_not_compute_is_a_defect_on_its_line(
    folder: Folder, old: str, new: str, line: str, told: str
) -> None:
    assert EXAMPLE.count(old) == 1
    path = folder.rewrite(body=EXAMPLE.replace(old, new))
    defect = next(one for one in folder.defects() if told in one.message)
    assert defect.path == path
    assert path.read_text(encoding="utf-8").splitlines()[defect.line - 1].startswith(line)


def test_a_broken_register_is_a_defect(folder: Folder) -> None:
    write_facts(folder.facts, "facts: [")
    (defect,) = folder.defects()
    assert (defect.path.name, "broken YAML" in defect.message) == ("facts.yml", True)


def test_facts_run_out_with_the_day(folder: Folder) -> None:
    folder.rewrite(body="Fueron 7 dólares. [PER-06]\n\nBueno. [PER-01]")
    assert check_folders(folder.articles, folder.facts, date(2025, 12, 31)) == []
    assert len(check_folders(folder.articles, folder.facts, date(2026, 1, 1))) == 2
