"""What staff may get wrong: each a class, whose text is a Spanish sentence that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actions.articles.differences import DiffLine


class ArticleRefused(Exception):
    """Base of what is refused; ``str()`` is for the member of the staff who asked."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in an article's text; ``line`` counts from 1, ``message`` is Spanish."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"línea {self.line}: {self.message}"


class Defective(ArticleRefused):
    """The text cannot be served as it is; ``problems`` by line."""

    def __init__(self, article_id: str, problems: Sequence[Problem]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"El artículo {article_id} no se puede aceptar. Corrija:\n{listed}")
        self.article_id = article_id
        self.problems = tuple(problems)


class NoSuchVersion(ArticleRefused):
    """There is no such article, or no version of it with that number."""

    def __init__(self, article_id: str, number: int | None = None) -> None:
        which = "" if number is None else f" con la versión {number}"
        super().__init__(f"No hay un artículo {article_id!r}{which}: vea la lista con 'list'.")


class Taken(ArticleRefused):
    """There is an article of that name already."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"Ya hay un artículo {article_id}: ábralo, o use otro nombre.")


class NotInEffect(ArticleRefused):
    """No version of the article is published."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"El artículo {article_id} no tiene una versión publicada.")


class WrongState(ArticleRefused):
    """The version is not in a state in which that can be done."""

    def __init__(self, article_id: str, number: int, state: str, wanted: str) -> None:
        super().__init__(
            f"La versión {number} de {article_id} está {state}: eso se hace con una {wanted}."
        )
        self.state = state


class Overtaken(ArticleRefused):
    """Another version was published after the draft was begun; ``published`` is its number.

    ``lines`` are what changed: from the version that the draft began from, or from the draft itself
    where there was none.
    """

    def __init__(
        self,
        article_id: str,
        began_from: int | None,
        published: int,
        author: str,
        diff: str,
        lines: Sequence[DiffLine],
    ) -> None:
        began = "de cero" if began_from is None else f"de la versión {began_from}"
        super().__init__(
            f"El borrador de {article_id} partió {began}, y después se publicó la {published} "
            f"(de {author}). Haga su cambio de nuevo sobre la {published}; esto es lo que cambió:\n"
            f"{diff}"
        )
        self.article_id = article_id
        self.began_from = began_from
        self.published = published
        self.author = author
        self.lines = tuple(lines)


class SamePerson(ArticleRefused):
    """Who wrote a version may not be who approves it."""

    def __init__(self, article_id: str, number: int) -> None:
        super().__init__(
            f"La versión {number} de {article_id} la escribió usted: la tiene que aprobar otra "
            "persona."
        )


class NotYours(ArticleRefused):
    """A draft is changed by who wrote it only."""

    def __init__(self, article_id: str, number: int, author: str) -> None:
        super().__init__(
            f"El borrador {number} de {article_id} es de {author}: haga usted otro con sus cambios."
        )
        self.author = author


class ChangedMeanwhile(ArticleRefused):
    """The draft was saved elsewhere since its author read it.

    ``markdown`` is the text that is stored, ``digest`` its digest, ``lines`` what changes from the
    text that was refused to the stored one.
    """

    def __init__(
        self, article_id: str, number: int, markdown: str, digest: str, lines: Sequence[DiffLine]
    ) -> None:
        super().__init__(
            f"El borrador {number} de {article_id} se guardó en otro lado mientras usted escribía. "
            "Compare los dos textos y guarde de nuevo el que vale."
        )
        self.markdown = markdown
        self.digest = digest
        self.lines = tuple(lines)


class Unchanged(ArticleRefused):
    """The text is that of the published version."""

    def __init__(self, article_id: str, number: int) -> None:
        super().__init__(f"El texto es igual al de la versión {number} de {article_id}.")


class NotFlagged(ArticleRefused):
    """There is nothing to review again."""

    def __init__(self, article_id: str) -> None:
        super().__init__(f"El artículo {article_id} no está detenido: se está sirviendo.")


class TooEarly(ArticleRefused):
    """A version cannot begin to be served on a day that has passed."""

    def __init__(self, day: date) -> None:
        super().__init__(f"El {day:%d/%m/%Y} ya pasó: diga hoy o un día que viene.")


class Missing(ArticleRefused):
    """Something has to be said and was not; ``what`` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Falta {what}.")


class NoSuchFact(ArticleRefused):
    """The register has no fact of that id."""

    def __init__(self, fact_id: str) -> None:
        super().__init__(f"No hay un hecho {fact_id!r} en el registro.")


class UnreadableFolder(ArticleRefused):
    """A folder to import from has no articles, or two files of one name."""
