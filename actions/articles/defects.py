"""An article's text checked as ``knowledge.check`` does, its defects told in Spanish with lines."""

import re
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from actions.articles.errors import Defective, Problem
from actions.articles.rules import parse
from knowledge.articles import Article
from knowledge.check import check_article
from knowledge.facts import FactRegister
from knowledge.marked_yaml import SourceError

_SPANISH: Final[tuple[tuple[str, str], ...]] = (
    # Reading the file.
    (r"no front matter: .*", "falta el encabezado: la primera línea tiene que ser '---'"),
    (r"front matter never ends: .*", "el encabezado no termina: ciérrelo con una línea '---'"),
    (r"no text after the front matter: .*", "no hay texto después del encabezado: escríbalo"),
    (r"unknown topic '(.*)'; use one of (.*)", "el tema '{1}' no existe; use uno de: {2}"),
    (r"the example never ends: .*", "el ejemplo no termina: ciérrelo con una línea ```"),
    (r"(.*) must be plain text", "«{1}» tiene que ser texto"),
    (r"(.*) is empty", "«{1}» está vacío"),
    (r"(.*) must be a list", "«{1}» tiene que ser una lista"),
    (r"(.*) must be a mapping .*", "el encabezado tiene que ser de líneas 'clave: valor'"),
    (r"unknown key '(.*)' in .*; known keys: (.*)", "la clave '{1}' no se usa; las que hay: {2}"),
    (r"the front matter lacks (.*)", "al encabezado le falta: {1}"),
    (
        r"broken YAML: (.*)",
        "el encabezado no se puede leer (¿un texto con ': ' sin comillas?): {1}",
    ),
    (r"nothing here: YAML was expected", "el encabezado está vacío"),
    (r"a YAML alias .*", "un valor que empieza con '*' o '&' no se lee: escríbalo entre comillas"),
    (r"a key must be plain text", "una clave tiene que ser texto"),
    (r"key '(.*)' stands here twice", "la clave '{1}' está dos veces"),
    # The front matter.
    (
        r"id '(.*)': rename the file .*",
        "el nombre '{1}' tiene que ser de letras minúsculas sin tilde, números y guiones",
    ),
    (r"title of (\d+) characters: shorten it to (\d+)", "el título tiene {1} letras y caben {2}"),
    (r"(\d+) aliases: give (\d+) to (\d+), .*", "tiene {1} alias: dé de {2} a {3}"),
    (r"an alias without letters", "un alias no tiene letras"),
    (r"alias '(.*)' stands there (\d+) times", "el alias '{1}' está {2} veces"),
    (r"alias '(.*)' repeats the title: .*", "el alias '{1}' repite el título: use otras palabras"),
    (r"(\d+) questions: keep the (\d+) that differ most", "tiene {1} preguntas y caben {2}"),
    (r"question '(.*)' stands there (\d+) times", "la pregunta '{1}' está {2} veces"),
    (r"(\d+) ids in next: give (\d+) or (\d+)", "'next' tiene {1} artículos: dé {2} o {3}"),
    (r"next names '(.*)' (\d+) times", "'next' nombra '{1}' {2} veces"),
    (r"next names the article itself", "'next' nombra al mismo artículo"),
    (r"next names '(.*)', which does not exist: .*", "'next' nombra '{1}', que no existe"),
    (r"unknown sector '(.*)': .*", "el sector '{1}' no existe"),
    (r"unknown task '(.*)'; use one of (.*)", "el trámite '{1}' no existe; use uno de: {2}"),
    # The text.
    (r"(\d+) blocks: write (\d+) to (\d+), .*", "tiene {1} párrafos: escriba de {2} a {3}"),
    (r"body of (\d+) characters: shorten it to (\d+)", "el texto tiene {1} letras y caben {2}"),
    (r"only citations: .*", "solo hay citas: póngalas al final del texto que respaldan"),
    (r"no citation: .*", "falta la cita: termine el párrafo con sus hechos, por ejemplo [PER-01]"),
    (r"cites (\S+) (\d+) times", "cita {1} {2} veces"),
    (r"cites (\S+), which is no fact: .*", "cita {1}, que no está en el registro de hechos"),
    (r"cites (\S+), which is uncertain: .*", "cita {1}, que es incierto: quite lo que dice"),
    (r"cites (\S+), which is background only: .*", "cita {1}, que es solo de contexto: quítelo"),
    (r"cites (\S+), which is not in force on (\S+): .*", "cita {1}, que no rige el {2}: quítelo"),
    (
        r"'(.*)' in the title stands in no fact of the article: .*",
        "'{1}' del título no está en ningún hecho del artículo: quítelo",
    ),
    (
        r"'(.*)' stands in none of the facts cited here \(nothing citable\): .*",
        "'{1}' no tiene respaldo: este párrafo no cita ningún hecho que se pueda citar",
    ),
    (
        r"'(.*)' stands in none of the facts cited here \((.*)\): .*",
        "'{1}' no está en los hechos citados aquí ({2}): cite el que lo dice, o quítelo",
    ),
    (
        r"'(.*)' is a figure from abroad: name the country \((.*)\)",
        "'{1}' es un dato de otro país: nómbrelo ({2})",
    ),
    (
        r"'(.*)' rests on recalled facts only \((.*)\): .*",
        "'{1}' se apoya solo en hechos por confirmar ({2}): dígalo en el párrafo "
        "(por ejemplo, 'confirmalo con el MARN'), o quítelo",
    ),
    (r"'(.*)' is a Guatemalan term: .*", "'{1}' es un término de Guatemala: use el salvadoreño"),
    (r"bold: .*", "hay negrita: escríbalo sin adornos"),
    (r"a link: .*", "hay un enlace: escriba solo la dirección, sin http:// ni corchetes"),
    (r"a heading: .*", "hay un encabezado: el título basta"),
    (r"square brackets inside a block: .*", "hay corchetes en el texto: las citas van al final"),
    (r"an emoji: .*", "hay un emoji: quítelo"),
    # Worked examples.
    (
        r"write 'name = value' or 'name = formula = result'",
        "escriba 'nombre = valor' o 'nombre = fórmula = resultado'",
    ),
    (r"'(.*)' is computed twice: .*", "'{1}' se calcula dos veces: use otro nombre"),
    (r"'(.*)' is (\S+), not (.*): correct it", "'{1}' da {2}, y no {3}: corríjalo"),
    (r"'(.*)' is no value: .*", "'{1}' no es un valor: escriba un número y su unidad"),
    (
        r"'(.*)' has a word that no line above names: .*",
        "'{1}' usa un nombre que ninguna línea anterior define",
    ),
    (r"'(.*)' cannot be computed: .*", "'{1}' no se puede calcular"),
)
_RULES: Final = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _SPANISH)
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
LONGEST: Final = 8_000
"""Characters of a file. The check asks for far fewer; this one comes before any reading, whose time
grows with their square."""


def in_spanish(message: str) -> str:
    """A defect's message for the staff; one that is not known yet stays as it is."""
    for pattern, said in _RULES:
        found = pattern.fullmatch(message)
        if found is not None:
            return said.format(found[0], *found.groups())
    return message


def read(article_id: str, markdown: str) -> Article:
    """The article of a text as somebody typed it, checked or not.

    Raises Defective for a text that cannot be read: too long, with characters that are no text, or
    not of the format.
    """
    if len(markdown) > LONGEST:
        message = f"el archivo tiene {len(markdown)} letras y caben {LONGEST}"
        raise Defective(article_id, [Problem(1, message)])
    strange = _NOT_TEXT.search(markdown)
    if strange is not None:
        line = markdown.count("\n", 0, strange.start()) + 1
        raise Defective(article_id, [Problem(line, "hay un carácter que no es texto: bórrelo")])
    try:
        return parse(article_id, markdown)
    except SourceError as error:
        problem = Problem(error.line, in_spanish(error.message))
        raise Defective(article_id, [problem]) from error


def problems_of(
    article: Article, facts: FactRegister, others: AbstractSet[str], day: date
) -> list[Problem]:
    """All that is to be mended in an article as of ``day``, by line; ``others`` are the ids it may
    lead to."""
    defects = check_article(article, facts, {*others, article.id}, day)
    return [Problem(one.line, in_spanish(one.message)) for one in defects]


def checked(
    article_id: str, markdown: str, facts: FactRegister, others: AbstractSet[str], day: date
) -> Article:
    """The article of a text without defects as of ``day``; ``others`` are the ids it may lead to.

    Raises Defective with every problem and its line.
    """
    article = read(article_id, markdown)
    problems = problems_of(article, facts, others, day)
    if problems:
        raise Defective(article_id, problems)
    return article
