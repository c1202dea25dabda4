"""The served model tells which articles a message asks for."""

import pytest

from knowledge.articles import load_articles
from knowledge.library import FOLDER
from knowledge.search import NO_DOCUMENT
from nlu.client import NluClient, Parsed

IDS = {article.id for article in load_articles(FOLDER / "articles")}


async def parsed(url: str, text: str) -> Parsed:
    async with NluClient(url, timeout=60) as client:
        found = await client.parse(text)
    assert found is not None
    return found


async def test_it_has_an_opinion_on_every_article(rasa_url: str) -> None:
    assert set((await parsed(rasa_url, "hola")).documents) == {*IDS, NO_DOCUMENT}


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("kiero saver si ocupo permiso pa mi taller", "permiso-quien-lo-necesita"),
        ("cuanto pisto se va en sacar el permizo anbiental", "permiso-cuanto-cuesta"),
        ("se me regó el bunker en el patio, ayuda", "peligrosos-derrame"),
        ("vino el inspector del ministerio y lo deje en la puerta", "inspeccion-dejar-entrar"),
    ],
)
async def test_a_message_of_a_hurry_asks_for_its_article(
    text: str, article: str, rasa_url: str
) -> None:
    documents = (await parsed(rasa_url, text)).documents
    best = sorted(documents, key=lambda one: -documents[one])
    assert article in best[:2]


async def test_what_no_article_answers_is_told(rasa_url: str) -> None:
    documents = (await parsed(rasa_url, "¿qué marca de bomba de agua me recomendás?")).documents
    assert max(documents, key=lambda one: documents[one]) == NO_DOCUMENT


@pytest.mark.parametrize("text", ["", " ", "🙂", "\x00", "a" * 1_000, "¿" * 300])
async def test_any_text_is_read(text: str, rasa_url: str) -> None:
    documents = (await parsed(rasa_url, text)).documents
    assert all(-30 < score < 30 for score in documents.values())
