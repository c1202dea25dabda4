"""Clustering: one question in many spellings is one, and two alike questions are two."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.questions.clearness import clearest
from actions.questions.clustering import SAME_FROM, nearest, similarity, telling
from actions.questions.words import MOST_WORDS, is_wanted, weight, words_of
from tests.actions.questions.sample import Asked, fit, sample, shuffled

SAMPLE = sample()
texts = st.text(alphabet="abcdeiklmnoqrstuvz ñá¿?1 ", max_size=60)


def near(one: str, other: str) -> float:
    return similarity(words_of(one), words_of(other))


def clustered(asked: Sequence[Asked]) -> tuple[float, float]:
    """Precision and recall of questions that come in in that order."""
    before: list[tuple[int, Sequence[str]]] = []
    for number, one in enumerate(asked):
        words = words_of(one.text)
        found = nearest(words, before)
        before.append((number if found is None else found, words))
    return fit([one.label for one in asked], [cluster for cluster, _ in before])


def test_the_sample_is_as_large_as_it_has_to_be() -> None:
    sizes: dict[str, int] = {}
    for one in SAMPLE:
        sizes[one.label] = sizes.get(one.label, 0) + 1
    assert sum(3 <= size <= 6 for size in sizes.values()) >= 40
    assert sum(size == 1 for size in sizes.values()) >= 60


@pytest.mark.parametrize("tuned_on", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_questions_of_the_sample_come_together(tuned_on: bool, seed: int) -> None:
    half = [one for one in SAMPLE if one.tuned_on is tuned_on]
    precision, recall = clustered(shuffled(half, seed))
    assert precision >= 0.95
    assert recall >= 0.75


@pytest.mark.parametrize("seed", [1, 2])
def test_the_whole_sample_comes_together(seed: int) -> None:
    precision, recall = clustered(shuffled(SAMPLE, seed))
    assert precision >= 0.95
    assert recall >= 0.75


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("¿Dónde dejo baterías viejas de carro?", "donde dejo vaterias biejas de karro"),
        ("permiso para un autolavado", "ocupo permizo para un auto labado"),
        ("quema de caña", "kemar caña"),
        ("cuánto cuesta analizar el agua", "q precio tiene analizar el agua"),
        ("piscina para regar", "pisina para regr"),
    ],
)
def test_spelling_and_other_words_do_not_part_a_question(one: str, other: str) -> None:
    assert near(one, other) >= SAME_FROM


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("permiso para una ladrillera", "permiso para una gasolinera"),
        ("permiso para cortar un árbol de conacaste", "permiso para importar refrigerante"),
        ("donde boto el suero de queso", "donde compro cuajo para queso"),
        ("cuánto cuesta el permiso para tilapias", "cuándo vence el permiso para tilapias"),
        ("tengo una panadería", "tengo una granja"),
    ],
)
def test_what_most_questions_share_does_not_bring_two_together(one: str, other: str) -> None:
    assert near(one, other) < SAME_FROM


def test_the_nearest_cluster_is_taken_and_none_when_none_is_near() -> None:
    before = [
        (1, words_of("permiso para un autolavado")),
        (2, words_of("permiso para criar tilapia")),
        (2, words_of("criadero de tilapia, ocupo permiso?")),
    ]
    assert nearest(words_of("kiero permiso para criar tilapias"), before) == 2
    assert nearest(words_of("permiso de autolabado"), before) == 1
    assert nearest(words_of("permiso para vender iguanas"), before) is None
    assert nearest((), before) is None
    assert nearest(words_of("iguanas"), []) is None


def test_one_near_question_does_not_draw_another_into_a_large_cluster() -> None:
    asked = "permiso para criar tilapia en estanque"
    large = [(7, words_of(f"permiso para {what}")) for what in ("un rastro", "una granja")]
    alone = [(7, words_of("permiso para criar tilapia"))]
    assert nearest(words_of(asked), alone) == 7
    assert nearest(words_of(asked), large + alone) is None


@given(texts, texts)
def test_similarity_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    there, back = near(one, other), near(other, one)
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(back)


@given(texts)
def test_a_question_is_itself_however_it_is_written(text: str) -> None:
    words = words_of(text)
    if any(not is_wanted(word) for word in words):
        assert near(text, text) >= SAME_FROM
        assert nearest(words_of(f" {text.upper()}!!"), [(1, words)]) == 1


@given(texts)
def test_words_are_told_once_and_the_telling_ones_are_among_them(text: str) -> None:
    words = words_of(text)
    assert len(set(words)) == len(words)
    assert all(weight(word) > 0 for word in words)
    found = telling(words)
    assert set(found) <= set(words)
    assert bool(found) is bool(words)
    assert not any(map(is_wanted, found))


def test_the_usual_words_are_not_looked_for() -> None:
    found = telling(words_of("necesito permiso ambiental para criar iguanas"))
    assert set(words_of("iguanas")) < set(found)
    assert not set(words_of("ambiental")) & set(found)


def test_a_story_is_cut_and_a_text_without_content_still_has_words() -> None:
    assert len(words_of(" ".join(f"palabra{n}" for n in range(200)))) <= MOST_WORDS
    assert words_of("¿y eso?")
    assert words_of("¡¿?! 👍") == ()


def test_the_clearest_question_names_a_cluster() -> None:
    asked = [
        "kiero aser compost d pulpa",
        "¿Cómo hago compost con pulpa de café?",
        "compost",
        "mi numero es •••• y quiero hacer compost con pulpa de café",
    ]
    assert clearest(asked) == asked[1]
    with pytest.raises(ValueError, match="empty"):
        clearest([])
