"""Search: the right article first, misspelt or not, and a confidence that tells when not to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Document, as_document, load_articles
from knowledge.evaluate import area_under_curve
from knowledge.search import NO_DOCUMENT, Found, Index

PACKAGE = Path(__file__).parents[2] / "knowledge"

DOCUMENTS = [
    Document(
        "permiso",
        "¿Quién necesita permiso ambiental?",
        "Toda actividad de la lista. Lo emite el ministerio.",
        ("ocupo permiso para mi taller", "me piden permiso del marn"),
    ),
    Document(
        "fianza",
        "¿Qué es la fianza ambiental?",
        "Una garantía por el costo de las obras del plan de manejo.",
        ("me piden fianza de cumplimiento",),
    ),
    Document(
        "pozo",
        "¿Ocupo permiso para usar agua de pozo?",
        "Sí, lo autoriza la autoridad del agua.",
        ("perforar pozo", "sacar agua del río"),
    ),
    Document(
        "ruido",
        "Los vecinos se quejan del ruido, ¿qué hago?",
        "Lo regula la ordenanza de la alcaldía. Encerrá los motores.",
        ("máquinas ruidosas",),
    ),
    Document(
        "compost",
        "¿Cómo hago abono?",
        "Mezclá los restos orgánicos con hojas secas y volteá cada semana.",
        ("qué hago con cáscaras y pulpa",),
    ),
]
INDEX = Index.build(DOCUMENTS)


def best(question: str, index: Index = INDEX) -> str | None:
    hits = index.search(question).hits
    return hits[0].id if hits else None


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("¿Quién necesita permiso ambiental?", "permiso"),
        ("ocupo permizo anbiental pa mi tayer", "permiso"),
        ("nesesito permiso d ambiente", "permiso"),
        ("k es la fiansa", "fianza"),
        ("kiero aser un poso", "pozo"),
        ("sakar agua del rrio", "pozo"),
        ("los besinos se kejan x el rruido", "ruido"),
        ("meten mucha bulla las makinas", "ruido"),
        ("komo ago avono con cascaras", "compost"),
        ("fnza de cumpl", "fianza"),
        ("PERMISO!!!", "permiso"),
    ],
)
def test_the_article_that_answers_comes_first(question: str, article: str) -> None:
    assert best(question) == article


@pytest.mark.parametrize(
    "question", ["", "   ", "¿?", "hola buenas", "q k x", "🙂", "\x00", "xyzzy"]
)
def test_a_question_without_a_known_word_finds_nothing(question: str) -> None:
    assert INDEX.search(question) == Found((), 0.0)


def test_hits_are_ordered_and_limited() -> None:
    found = INDEX.search("permiso de agua de pozo en la lista", limit=2)
    assert [hit.id for hit in found.hits] == ["pozo", "permiso"]
    assert found.hits[0].score > found.hits[1].score > 0
    assert INDEX.search("permiso", limit=0).hits == ()


def test_a_correction_counts_for_less_than_the_word_itself() -> None:
    right, wrong = INDEX.search("fianza ambiental"), INDEX.search("fiansa anbiental")
    assert right.hits[0].id == wrong.hits[0].id == "fianza"
    assert right.confidence > wrong.confidence > 0


def test_a_question_about_something_else_as_well_is_answered_with_less_confidence() -> None:
    whole = INDEX.search("permiso ambiental para mi taller").confidence
    other = INDEX.search("permiso de maternidad para mi prima").confidence
    assert whole > 2 * other


def test_a_long_story_is_still_answered_with_confidence() -> None:
    story = (
        "fijese que los vecinos se quejan del ruido de los motores, yo trabajo desde hace muchos "
        "años con mi hermano y nunca nadie habia dicho nada hasta este mes que llegaron nuevos"
    )
    assert best(story) == "ruido"
    assert INDEX.search(story).confidence > INDEX.search("mi hermano nunca trabajo").confidence


def test_a_misspelt_stop_word_is_dropped_but_a_short_word_near_one_is_not() -> None:
    assert INDEX.search("kisiera permiso ambiental") == INDEX.search("quisiera permiso ambiental")
    # "Tala" is no "tal": a word that the corpus lacks leaves the question partly uncovered.
    tala = INDEX.search("permiso de tala")
    assert tala.hits[0].id == "permiso"
    assert tala.confidence == pytest.approx(INDEX.search("permiso de zqwx").confidence, abs=0.1)
    assert tala.confidence < INDEX.search("permiso de tal").confidence


def test_a_story_is_not_the_less_answered_the_longer_it_is() -> None:
    asides = [
        "los vecinos se quejan del ruido",
        "yo trabajo aquí desde hace muchos años con mi hermano y nunca nadie había dicho nada",
        "vinieron el domingo bien enojados a tocarme la puerta cuando estábamos almorzando",
        "y mi esposa se puso nerviosa porque el señor de la esquina gritaba bastante",
        "así que ya no sé ni para dónde agarrar con esta gente tan brava",
    ]
    told, told_at_length = (INDEX.search(", ".join(asides[:count])) for count in (3, 5))
    assert told.hits[0].id == told_at_length.hits[0].id == "ruido"
    assert told_at_length.confidence == pytest.approx(told.confidence, abs=0.1)
    assert told_at_length.confidence > INDEX.search(", ".join(asides[1:])).confidence + 0.2


def test_a_synonym_finds_the_article_but_the_word_itself_is_better() -> None:
    documents = [Document("a", "El ruido", ""), Document("b", "La bulla", "")]
    index = Index.build(documents)
    assert [hit.id for hit in index.search("bulla").hits] == ["b", "a"]
    assert best("hollín", Index.build([Document("a", "El humo", ""), documents[0]])) == "a"


def test_titles_and_aliases_weigh_more_than_bodies() -> None:
    filler = "Se explica el trámite con sus pasos y plazos."
    index = Index.build(
        [
            Document("body", "Trámites", f"{filler} También sirve para la fianza."),
            Document("title", "La fianza", filler),
            Document("alias", "Garantías y trámites", filler, ("fianza",)),
        ]
    )
    hits = [hit.id for hit in index.search("fianza").hits]
    assert set(hits[:2]) == {"title", "alias"}
    assert hits[2] == "body"


def test_what_is_asked_word_for_word_comes_first_with_confidence() -> None:
    index = Index.build(
        [
            Document("aguas", "Pozo, pozo y más pozo", "Pozo. Perforar un pozo, pozo y pozo."),
            Document("pozo", "Aguas subterráneas", "Se autorizan.", ("perforar un pozo",)),
            Document("torogoz", "El asistente", "Un programa.", ("¿qué es esto?", "¿quién sos?")),
        ]
    )
    assert best("pozo", index) == "aguas"
    for question in ("perforar un pozo", "¿Perforar pozo?", "perforar el poso"):
        found = index.search(question)
        assert found.hits[0].id == "pozo"
        assert found.confidence > 0.9
    assert index.search("perforar un pozo hondo").confidence < 0.9
    assert best("q es esto", index) == "torogoz"
    assert best("q es eso", index) is None


def test_the_ways_in_which_owners_ask_find_the_article() -> None:
    plain = Document("luz", "Ahorrar energía", "Apagá lo que no usés.")
    asked = replace(plain, questions=("me viene carísimo el recibo",))
    for question in ("el recibo me llega carísimo", "resivo carisimo"):
        assert best(question, Index.build([*DOCUMENTS, plain])) is None
        assert best(question, Index.build([*DOCUMENTS, asked])) == "luz"
    # They are no title: what is asked word for word of them is no certainty.
    found = Index.build([*DOCUMENTS, asked]).search("recibo carísimo")
    assert 0 < found.confidence < 1


PRICES = [
    Document("permiso-precio", "¿Cuánto cuesta el permiso?", "Depende.", topic="permiso"),
    Document("permiso-pasos", "¿Cómo saco el permiso?", "Por pasos.", topic="permiso"),
    Document("paneles-precio", "¿Cuánto cuestan los paneles?", "Depende.", topic="energia"),
    Document("paneles", "¿Sirven los paneles?", "Sí.", topic="energia"),
    *DOCUMENTS,
]


@pytest.mark.parametrize(
    ("after", "wanted"),
    [("permiso-pasos", "permiso-precio"), ("paneles", "paneles-precio")],
)
def test_a_question_that_goes_on_is_about_the_last_document(after: str, wanted: str) -> None:
    index = Index.build(PRICES)
    for question in ("¿y cuánto cuesta?", "y kuanto kuesta", "cuesta"):
        found = index.search(question, after=after)
        assert found.hits[0].id == wanted
        assert 0 < found.confidence <= 1


def test_a_firms_own_branch_comes_before_all_and_another_branch_last() -> None:
    index = Index.build(
        [
            Document("textil", "Agua sucia", "", sectors=("textil",)),
            Document("todos", "Agua sucia", ""),
            Document("queso", "Agua sucia", "", sectors=("lacteos", "sorbetes")),
        ]
    )
    for sector in ("lacteos", "sorbetes"):
        hits = index.search("agua sucia", sector=sector).hits
        assert [hit.id for hit in hits] == ["queso", "todos", "textil"]
    assert [hit.id for hit in index.search("agua sucia").hits] == ["textil", "todos", "queso"]
    assert best("agua sucia", index) == "textil"


def test_order_breaks_ties() -> None:
    same = [Document(str(n), "Permiso", "igual") for n in range(5)]
    assert [hit.id for hit in Index.build(same).search("permiso", 5).hits] == list("01234")


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [Document("vacío", "", "")],
        [Document("hueco", "¿Qué?", "de la"), Document("b", "", "")],
    ],
)
def test_a_corpus_without_words_answers_nothing(documents: list[Document]) -> None:
    assert Index.build(documents).search("permiso") == Found((), 0.0)


def test_a_document_without_words_is_never_found() -> None:
    index = Index.build([Document("vacío", "", ""), *DOCUMENTS])
    assert best("permiso ambiental", index) == "permiso"


def test_one_document_can_be_searched() -> None:
    found = Index.build([DOCUMENTS[1]]).search("fianza")
    assert [hit.id for hit in found.hits] == ["fianza"]
    assert 0 < found.confidence <= 1


def test_an_index_knows_its_documents() -> None:
    assert "pozo" in INDEX
    assert "poza" not in INDEX
    assert len(INDEX) == 5


def test_the_same_question_has_the_same_answer_in_every_index_and_thread() -> None:
    questions = ["permizo anbiental", "poso", "ruydo d motores", "cumpl fiansa", "avono"] * 20
    again = Index.build(list(DOCUMENTS))
    expected = [INDEX.search(question) for question in questions]
    assert [again.search(question) for question in questions] == expected
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(INDEX.search, questions)) == expected


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    found = INDEX.search(text, limit=10)
    assert 0.0 <= found.confidence <= 1.0
    assert bool(found.hits) == (found.confidence > 0)
    assert len(found.hits) <= len(DOCUMENTS)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)


ANY_WORDS = st.lists(
    st.sampled_from(["permiso", "agua", "poso", "q", "de", "ñandú", "x1", "🙂", "", "-", "ruido."]),
    max_size=8,
).map(" ".join)


@given(st.lists(st.tuples(ANY_WORDS, ANY_WORDS, st.lists(ANY_WORDS, max_size=2)), max_size=4))
def test_any_corpus_can_be_searched(texts: list[tuple[str, str, list[str]]]) -> None:
    documents = [Document(str(n), t, b, tuple(a)) for n, (t, b, a) in enumerate(texts)]
    found = Index.build(documents).search("permiso de agua y pozo con ruido")
    assert 0.0 <= found.confidence <= 1.0


@given(st.text(alphabet="abcdeñ qkzx", min_size=1), st.integers(min_value=1, max_value=400))
def test_a_very_long_text_can_be_asked(text: str, times: int) -> None:
    assert 0.0 <= INDEX.search(text * times).confidence <= 1.0
    assert 0.0 <= INDEX.search(f"{text} " * times).confidence <= 1.0


@pytest.fixture(scope="module")
def published() -> Index:
    return Index.build([as_document(article) for article in load_articles(PACKAGE / "articles")])


def test_every_title_finds_its_article(published: Index) -> None:
    articles = load_articles(PACKAGE / "articles")
    assert [a.id for a in articles if best(a.title, published) != a.id] == []


REST_OF_LIFE = [
    "¿quién ganó el partido anoche?",
    "a que hora juega el aguila",
    "cómo se hace el pan de banano",
    "me duele la cabeza, qué tomo",
    "cuánto vale el dólar en México",
    "cuál es la capital de Francia",
    "contame un chiste",
    "qué película me recomienda",
    "cómo enamoro a mi vecina",
    "dónde compro zapatos baratos",
    "quién es el presidente de Brasil",
    "letra del himno nacional",
]


def test_titles_are_told_from_questions_about_the_rest_of_life(published: Index) -> None:
    titles = [published.search(a.title).confidence for a in load_articles(PACKAGE / "articles")]
    others = [published.search(text).confidence for text in REST_OF_LIFE]
    area = area_under_curve(titles, others)
    assert area is not None and area > 0.97


def test_what_is_asked_word_for_word_comes_first_for_every_branch(published: Index) -> None:
    for article in load_articles(PACKAGE / "articles")[::9]:
        for name in (article.title, article.aliases[0]):
            found = published.search(name, sector="lacteos")
            assert article.id in [hit.id for hit in found.hits], name
            assert found.confidence > 0.9, name


# -- with what a model learnt ----------------------------------------------------------------------

OPINION = {"permiso": 1.5, "fianza": -0.5, "pozo": -0.3, "ruido": -0.4, "compost": -0.3}


def test_what_a_model_learnt_decides_where_words_do_not() -> None:
    for likeliest in ("permiso", "fianza"):
        opinion = dict.fromkeys(OPINION, -0.5) | {likeliest: 6.0}
        assert INDEX.search("qué papel me piden", learnt=opinion).hits[0].id == likeliest
    # Even where no word is known.
    assert INDEX.search("xyzzy", learnt=opinion).hits[0].id == "fianza"


def test_a_document_newer_than_the_model_is_found_by_its_words() -> None:
    known = {name: score for name, score in OPINION.items() if name != "pozo"}
    for question in ("quiero perforar un pozo hondo", "sacar agua del río para el taller"):
        found = INDEX.search(question, learnt=known | {"permiso": 6.0})
        assert found.hits[0].id == "pozo"
    assert INDEX.search("ocupo permiso para mi taller", learnt=known).hits[0].id == "permiso"


def test_a_document_that_is_gone_is_not_found_whatever_the_model_says() -> None:
    found = INDEX.search("fianza", learnt={**OPINION, "gone": 9.0})
    assert "gone" not in [hit.id for hit in found.hits]
    assert INDEX.search("fianza", learnt={"gone": 9.0}) == INDEX.search("fianza")


def test_the_surer_the_model_the_surer_the_answer() -> None:
    def confidence(score: float, none: float = 0.0) -> float:
        learnt = {**OPINION, "fianza": score, NO_DOCUMENT: none}
        return INDEX.search("me piden una garantía", learnt=learnt).confidence

    assert confidence(2.0) < confidence(4.0) < confidence(8.0)
    assert confidence(6.0, none=6.0) < confidence(6.0)


def test_a_name_that_staff_gave_goes_before_what_the_model_learnt() -> None:
    opinion = {**OPINION, "ruido": 8.0}
    assert INDEX.search("perforar pozo", learnt=opinion).hits[0].id == "pozo"
    assert INDEX.search("perforar pozo", learnt=opinion).confidence > 0.9
