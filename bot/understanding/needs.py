"""What a sentence tells of the consultant who is looked for, and of whom one asks whether they are
registered. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from rapidfuzz.distance import DamerauLevenshtein

from actions.bookings.openings import Mode
from knowledge.spelling import sound
from knowledge.territory import territory
from knowledge.text import fold, words, written_out

_FILE: Final = Path(__file__).with_name("needs.yml")
_WANTS: Final = (
    r"necesit\w+|nesesit\w+|nececit\w+|nesecit\w+|ocupo|okupo|ocupamos|busco|buscamos|"
    r"quiero|kiero|quisiera|consigo|conseguime|recomend\w+|recomiend\w+|agendame|urge|"
    r"conoces|conocen"
)
_BOOKS: Final = re.compile(
    rf"(?:.*\b)?(?:{_WANTS})\b (?!saber)(?:\w+ ){{0,3}}?(?:alguien|algien|consultor\w*|"
    r"konsultor\w*|auditor(?:a|es)?|asesor(?:a|es)?|quien me|un experto|una experta|un ingeniero|"
    r"una ingeniera|[cs]ita)\b(?: .*)?"
    r"|(?:.*\b)?hay (?:\w+ ){0,2}?(?:konsultor|consultor|ingenier|expert)\w*(?: .*)?"
    r"|(?!.*\bhay al)(?:\w+ ){0,4}?(?:alguien|algien|consultor\w*|ingenier\w+) (?:que|q|ke|k) "
    r"(?:me |nos |sepa )?(?:[vb]enga|llegue|yegue|haga|aga|ayude|asesore|revise)\b.*"
)
_LONGEST_WISH: Final = 18
"""Words. Who tells more asks something as well, which has to be read as a whole."""
_ASKS: Final = re.compile(
    r"\bdiferencia\b|\bser (?:un |una )?consultor|\bo (?:lo|la|yo|puedo|no)\b"
)
"""Questions about consultants, of those who want to know something and not to meet one."""
_STANDING: Final = re.compile(
    r"\b(?:mi|mis|esa|esas) [cs]itas?\b|\bya no\b|"
    r"\b(?:cancel|kancel|anul|borr|elimin|quit|deshac|cambi|kambi|modific|mover|mueva|reagend|reprogram|"
    r"adelant|pospon|pasar|correr)\w* "
    r"(?:\w+ ){0,3}?[cs]ita\b"
)
"""Of an appointment that there is: no new one is wanted."""
_CANNOT: Final = re.compile(
    r"(?:\w+ ){0,5}?(?:ya )?no (?:[vb]oy a |vamos a |[vb]a a |me [vb]a a )?"
    r"(?:poder|puedo|podre|podemos|podremos) (?:ir|llegar|yegar|asistir)(?: (?:manana|hoy|pasado|"
    r"ese dia|a esa hora|a (?:la|mi|esa) [cs]ita|(?:el|este) \w+|con (?:el|la) consultor\w*|"
    r"por la (?:manana|tarde)|siempre|fijese|disculpe|perdon))*"
)
_COMPLAINS: Final = re.compile(
    r"(?:.*\b)?(?:que[jh]\w+|kej\w+|reclam\w+) (?:\w+ ){0,3}?(?:[ck]onsultor|ingenier)\w*(?: .*)?|"
    r"(?:\w+ ){0,3}?(?:[ck]onsultor|ingenier)\w* (?:nunca|no|jamas) (?:me |se )?"
    r"(?:llego|yego|[vb]ino|aparecio|presento|llamo|yamo|conecto|atendio)\b(?: .*)?"
)
"""Of a meeting that was to be: the complaint is about that one."""
_CODE: Final = re.compile(r"\s*(?!iso)[a-z]{2,8}-\d{2,6}\s*", re.IGNORECASE)
"""A registration number that is written by itself."""
_FOR_A_DAY: Final = re.compile(
    r"\b(?:pal|al|para el|pa el|para|pa) (?=(?P<day>(?:lunes|martes|miercoles|jueves|viernes|"
    r"sabado|domingo|manana|pasado manana|proximo|dia \d|\d\d? de)\b.*))"
)
_ERRAND: Final = re.compile(r"\b(?:reco[gj]|compr|llev|yev|retir|[vb]aci|limpi)\w+")
"""What is done by those who carry waste away, and not by a consultant."""
_ON_SITE: Final = re.compile(
    r"\b(?:que|q|ke|k) (?:me |nos )?(?:[vb]enga|llegue|yegue|[vb]aya|[vb]isite)n?\b|"
    r"\b(?:[vb]enir|llegar|yegar|ir) (?:a|al|hasta|aqui|aca)\b|"
    r"\ben persona\b|\bpresencial\w*|\ba domicilio\b|\b[vb]isita (?:a|en) (?:mi|el|la)\b"
)
_REMOTE: Final = re.compile(
    r"\b[vb]ideo ?(?:ll|y|l)amadas?\b|\b(?:por|x|una|con|en|de) (?:ll|y)amad(?:a|ita)s?\b|"
    r"\ben linea\b|\b[vb]irtual\w*|\bon ?line\b|\ba (?:la )?distancia\b|\bremot[oa]\w*|"
    r"\b(?:por|x) (?:telefono|tel|cel|celular|zoom|meet|teams|whatsapp|wasap|guasap)\b"
)
_PLACE: Final = re.compile(r"\b(?:en|de|por|desde|aqui|soy|es) (?=((?:\w+ ?){1,3}))")
_LONG: Final = 7
"""Letters of a name from which on one of them may be wrong: "migel", but not "la pas"."""
_NICKNAMES: Final = {
    "chalate": "Chalatenango", "santana": "Santa Ana", "sta ana": "Santa Ana",
    "sn miguel": "San Miguel", "sivar": "San Salvador", "sanmiguel": "San Miguel",
    "sn salvador": "San Salvador", "sansalvador": "San Salvador",
}  # fmt: skip
LISTED: Final = r"(?:re[gj]istrad|ins[ck]rit|autori[zs]ad|vi[gj]ente|acreditad)\w*"
"""Registered, as it is written in a hurry."""
_VERIFIES: Final = re.compile(
    rf"\b(?:esta|estan|sigue|es|sea|son) {LISTED}|\b[vb]erific\w+|"
    r"\b(?:es|sea|sera|son) (?:de )?(?:verdad\w*|[vb]erda\w*|legal\w*|confiable|cierto|"
    r"autentic\w+|real)\b|\b(?:si|que) existe\b|consultor\w* (?:numero|no|nro) \w*\d"
)
_TITLE: Final = re.compile(
    r"(?:[ck]onsultor|ingenier|injenier|licenciad|senor|empresa|firma|compani)\w*|ing|inge|lic|"
    r"arq|doctora?|don|dona|llama|numero|no|nro|registro|carnet|a"
)
"""What stands before the name of somebody who is asked about."""
_STANDS: Final = frozenset(("es", "esta", "sigue", "existe", "sea", "aparece"))
"""What stands after a name that has nothing before it: "Juan Pérez está registrado"."""
_QUESTIONS: Final = frozenset(words("que q cual cuales como donde quien cuanto cuando por"))
_WITH: Final = re.compile(
    r"\b[ck]onsultor\w*|\bauditor(?:a|es)?\b|\bin[gj]enier\w+|\bexpert[oa]s?\b"
)
_MOST_NAMES: Final = 5
_INSIDE: Final = frozenset(("de", "del", "la", "las", "los", "y"))
_NUMBER: Final = re.compile(r"\b(?=[\w-]*\d)[A-Za-z]{0,8}-?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b")
_ABOUT: Final = frozenset(
    words("""
    esta estan sigue siga registrado registrada registrados inscrito inscrita autorizado autorizada
    vigente verificar verifica verifico verificame verifique verifiquen verificarme berificar
    quiero quisiera puedo podes podria saber si consultor consultora consultores ambiental
    ambientales como el la los las un una en de del al marn ministerio registro nacional que se
    llama llamado llamada nombre numero no nro ing ingeniero ingeniera lic licenciado licenciada arq
    doctor doctora don dona me dijo dice dijeron dicen ser es son sea sera seran por favor porfa
    gracias hola buenas buenos tardes dias noches y o tiene permiso para pa a ver confirmar
    confirmame existe aparece aparecer hay todavia aun legal verdad verdadero verdadera verda berda
    cierto confiable confiables real serio seria senor senora empresa firma compania mi mis su sus
    ese esa este estos ella necesito ocupo fijese mire oiga disculpe alguien persona quien trabaja
    acreditado acreditada con carnet credencial contratar contrate antes tengo yo usted ustedes
    decime digame buscar busca buscame lista listado
    """)
)


@cache
def _known() -> Mapping[str, Sequence[str]]:
    known: Mapping[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return known


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each way to say a category, the longest first."""
    said = [(fold(one), one.endswith("*"), name) for name, them in _known().items() for one in them]
    said.sort(key=lambda one: -len(one[0]))
    return tuple(
        (re.compile(rf"\b{re.escape(phrase)}" + (r"\w*" if begins else r"\b")), name)
        for phrase, begins, name in said
    )


def categories() -> frozenset[str]:
    """The categories that have words."""
    return frozenset(name for _, name in _phrases())


def names_of(category: str) -> tuple[str, ...]:
    """What owners call a category, to be read where it is asked for."""
    return tuple(one.removesuffix("*") for one in _known()[category])


def category_in(text: str) -> str | None:
    """The one category that a text speaks of; None where it names none, or several."""
    left = fold(text)
    found: set[str] = set()
    for pattern, name in _phrases():
        left, times = pattern.subn("|", left)
        if times:
            found.add(name)
    return found.pop() if len(found) == 1 else None


def department_in(text: str) -> str | None:
    """The department that a text names, also misspelt or as it is called for short, or that has the
    only district of that name after "en"."""
    said = fold(text)
    named = {
        one.name for one in territory().departments if re.search(rf"\b{fold(one.name)}\b", said)
    }
    named |= {name for short, name in _NICKNAMES.items() if re.search(rf"\b{short}\b", said)}
    named = named or _heard(said)
    if named:
        return named.pop() if len(named) == 1 else None
    homes = {
        one.department
        for one in territory().districts
        if re.search(rf"\ben (?:el |la )?{re.escape(fold(one.name))}\b", said)
    }
    return homes.pop() if len(homes) == 1 else None


def _heard(said: str) -> set[str]:
    """The departments that sound like what stands where a place is told: "en san migel"."""
    told = [found[1].split() for found in _PLACE.finditer(said)]
    places = {_sound(place[:count]) for place in told for count in range(1, len(place) + 1)}
    found = set()
    for one in territory().departments:
        name = _sound(words(one.name))
        slips = 1 if len(name) >= _LONG else 0
        if any(DamerauLevenshtein.distance(name, place) <= slips for place in places):
            found.add(one.name)
    return found


def _sound(name: Sequence[str]) -> str:
    return " ".join(map(sound, name))


def mode_in(text: str) -> Mode | None:
    """How a text wants to meet the consultant; None where it does not say, or says both."""
    said = fold(text)
    comes, remotely = _ON_SITE.search(said), _REMOTE.search(said)
    if (comes is None) == (remotely is None):
        return None
    return "remote" if comes is None else "on_site"


def day_in(text: str) -> str | None:
    """The day that a text asks for, as it is written there, with what follows: "pal jueves a las
    10"; None where it names none. "La cita de mañana" tells which one, and asks for nothing."""
    found = [*_FOR_A_DAY.finditer(fold(text))]
    return found[-1]["day"] if found else None


def wish(text: str) -> str | None:
    """The intent of a sentence that asks for a consultant, or whether one is registered, or says
    that one cannot go to an appointment, or complains of one who did not come."""
    said = fold(text)
    spoken = said.split()
    if len(spoken) > _LONGEST_WISH:
        return None
    if _CODE.fullmatch(text) or (_VERIFIES.search(said) and _names_somebody(spoken)):
        return "task_verify_consultant"
    if _COMPLAINS.fullmatch(said) and _QUESTIONS.isdisjoint(spoken[:2]):
        return "bookings_past"
    if _CANNOT.fullmatch(said):
        return "task_cancel_booking"
    others = (_STANDING, _ERRAND, _ASKS)
    if not _BOOKS.fullmatch(said) or any(one.search(said) for one in others):
        return None
    # An appointment at the hospital is none of ours.
    has_whom = _WITH.search(said) is not None
    is_meeting = has_whom and re.search(r"\b[cs]ita\b", said) is not None
    is_placed = has_whom and department_in(text) is not None
    return "task_book" if is_meeting or is_placed or category_in(text) else None


def _names_somebody(spoken: Sequence[str]) -> bool:
    """Whether a sentence asks about one whom it names, or numbers, and says little else: what other
    words there are stands together where a name stands."""
    if spoken[0] in _QUESTIONS:
        return False
    numbers = [at for at, word in enumerate(spoken) if any(map(str.isdigit, word))]
    others = [at for at, word in enumerate(spoken) if not _is_about(word)]
    if numbers:
        return (
            set(others) <= {numbers[0] - 1, *numbers}
            and _TITLE.fullmatch(spoken[max(numbers[0] - 1, 0)]) is not None
        )
    if not others:
        return False
    first, last = others[0], others[-1]
    between = [spoken[at] for at in range(first, last + 1) if at not in others]
    if last - first >= _MOST_NAMES or not _INSIDE.issuperset(between):
        return False
    before = spoken[first - 1] if first else ""
    after = spoken[last + 1] if last + 1 < len(spoken) else ""
    if before in ("", "si", "que"):
        return after in _STANDS
    return bool(_TITLE.fullmatch(before) or re.fullmatch(LISTED, before))


def whom_in(text: str) -> str | None:
    """The number or the name of whoever is to be verified; None where there is neither."""
    number = _NUMBER.search(text)
    if number is not None:
        return number.group()
    left = [word for word in re.findall(r"[^\W\d_]+", text) if not _is_about(word)]
    return " ".join(left) if sum(len(word) > 2 for word in left) >= 1 else None


def _is_about(word: str) -> bool:
    """Whether a word belongs to the question, not to the name that it asks about."""
    said = fold(word)
    return (
        said in _ABOUT
        or not _ABOUT.isdisjoint(written_out(word))
        or re.fullmatch(LISTED, said) is not None
    )
