"""First sentences about consultants that say in so many words what is wanted: to find one, to see
the meeting that there is, or whether a registration number is in force. Pure.

They are read as they sound, so that no pattern has to list how a word is misspelt. What ``needs``
reads is told by what a consultant is to do; here the words for the consultant tell it.
"""

import re
from typing import Final

from bot.understanding import needs
from knowledge.spelling import sound
from knowledge.text import written_out

LONGEST: Final = 40
"""Words. Who tells more tells a story, which has to be read as a whole."""


def _any(listed: str) -> str:
    """A pattern for each of these words as it sounds; with "*" also for those that begin so."""
    ways = [sound(one.rstrip("*")) + r"\w*" * one.endswith("*") for one in listed.split()]
    return f"(?:{'|'.join(ways)})"


_CONSULTANT: Final = _any("consultor* consutor* conzultor* auditor auditora auditores")
_EXPERT: Final = rf"{_any('un una algun alguna con')} (?:{_any('buen buena')} )?" + _any(
    "tecnico tecnica ingeniero ingeniera especialista experto experta asesor asesora"
)
_WANTS: Final = _any(
    "necesito necesitamos necesitaba nesito nesesitando ocupo ocupamos busco buscamos buscando "
    "quiero queremos quisiera quisieramos conseguime consigame consiganme buscame busqueme deme "
    "dame denme mandeme mandenme mandame paseme pasame urge agendar agendame agendeme sacar pedir "
    "apartar apartame reservar"
)
_SMALL: Final = _any(
    "de a con urgente ya por favor contratar contactar encontrar conseguir un una unos algun "
    "alguna buen buena al el la cita reunion visita que me den consigan manden asesoria hoy"
)
_SOMEBODY: Final = rf"(?:{_any('un una algun alguna')} )?(?:{_CONSULTANT}|{_EXPERT})"
_SEEKS: Final = re.compile(
    rf"\b{_WANTS} (?:{_SMALL} ){{0,5}}?(?:{_CONSULTANT}|{_EXPERT})\b"
    rf"|\b{_any('cita reunion')} kon {_SOMEBODY}\b"
)
_OF_EXPERT: Final = re.compile(rf"\b{_CONSULTANT}\b|\b{_any('cita reunion visita')} kon\b")
"""A technician may mend a machine: one of ours is told by the meeting, or by the work."""
_NEEDS_WORK: Final = re.compile(
    rf"\b(?:{_any('necesito necesitamos ocupo ocupamos quiero queremos quisiera urge')}"
    rf"|me {_any('piden pidieron exigen')})\b"
)
_WHOM: Final = re.compile(
    rf"\b(?:a|kon) {_any('quien')} (?:{_any('le me lo la puedo debo podria')} )*"
    + _any("busco buscar contrato contratar llamo contacto contactar acudo acudir")
    + r"\b"
)
_THERE_ARE: Final = re.compile(
    rf"(?:{_any('hola buenas disculpe mire y cuales cuales quienes que son los las lista de')} )*"
    rf"{_any('consultores consutores consultoras')} "
    rf"(?:{_any('ambientales registrados inscritos autorizados disponibles que hay tienen')} |"
    rf"{_any('atienden trabajan estan conocen llegan')} )*"
    r"(?:en|por|de|serka de) .{3,40}"
)
_REACHES_ONE: Final = re.compile(
    rf"(?:{_any('hola buenas disculpe y')} )*komo (?:{_any('hago le para me puedo podria')} )*"
    rf"{_any('contact* comunic* consigo conseguir encuentro encontrar busco buscar contrat*')} "
    rf"(?:a |con )?(?:un|una) {_CONSULTANT}(?: .{{0,60}})?"
)
_ANSWERS: Final = _any("contest* respond* confirm* acept* responde resuelv*")
_THEIRS: Final = rf"(?:{_any('el la mi al del')} )?{_CONSULTANT}"
_OWN_MEETING: Final = re.compile(
    rf"(?:{_any('hola buenas disculpe y')} )*(?:"
    # "Va ser" is how "va a ser" is written by most.
    rf"(?:a |en )?{_any('donde cuando que como')}(?: {_any('hora dia lugar')})? "
    rf"{_any('es era va sera seria queda quedo toca tengo me')}(?: a)?"
    rf"(?: {_any('ser toca hacer')})? (?:{_any('la mi esa')} )?sita(?: kon .{{0,30}})?"
    rf"|komo (?:{_any('hago le para me puedo podria')} )*"
    rf"{_any('contact* comunic* hablo hablar llamo')} "
    rf"(?:al|a la|kon el|kon la|a mi|kon mi) {_CONSULTANT}"
    rf"|{_THEIRS} (?:que )?(?:ya |todabia no |aun no )(?:me |a )?{_ANSWERS}(?: .{{0,20}})?"
    rf"|(?:ya|todabia no|aun no) (?:me |a )?{_ANSWERS} {_THEIRS}"
    rf"|(?:{_any('cuando')}|en kuanto|kuanto tarda en|a ke ora)(?: tiempo)? (?:me )?"
    rf"(?:ba a |ba )?{_ANSWERS} {_THEIRS}"
    rf"|{_THEIRS} kuando (?:me )?(?:ba a |ba )?{_ANSWERS}"
    rf"|(?:ya )?{_any('confirmaron aceptaron contestaron')} (?:de )?(?:mi|la) sita"
    r")"
)
_ASKS: Final = re.compile(
    rf"\b{_any('saber diferencia obligatori* cuanto cuesta cobra* requisito* gratis inscribi*')}\b"
    rf"|\b{_any('registrarme ministerio marn pasaporte dui hospital medico credito')}\b"
    rf"|\b{_any('institucion grupo sos basurer*')}\b|\b{_any('recoj* recog* compr* llev* bota*')}\b"
    rf"|\b{_any('saque hice tenia tengo pedi agende')} (?:{_any('una mi la')} )?sita\b"
    rf"|\b{_any('si que cual cuando')} (?:yo )?{_any('necesit* ocup*')}\b"
    rf"|\b{_any('ser soy como fui era')} (?:(?:un|una) )?{_CONSULTANT}\b"
    rf"|\bo (?:{_any('lo la yo puedo no basta')})\b"
    rf"|\bno (?:{_any('me lo')} )?"
    rf"{_any('quiero ocup* necesit* contest* respond* lleg* vino hizo cumpl* tengo')}\b"
    rf"|\b{_any('cambi* cancel* mover quitar despedir demandar denunci* quej* reclam*')}\b"
    rf"|\b{_any('mi mis esa ese del')} (?:{_any('cita citas')}|{_CONSULTANT})\b"
)
"""Questions about consultants, and what concerns one whom they have already."""
_NEEDS_ONE: Final = re.compile(rf"{_any('necesito necesitamos ocupo ocupamos')} {_CONSULTANT}\b")
"""Asked of oneself, with a question mark: whether one is needed."""

_QUESTION: Final = re.compile(r"[^.?!¿;]+(?=\?)")

_CODE: Final = (
    r"(?:[a-z]{1,12}[-./]?\d[a-z0-9]{0,7}|\d{1,8})(?:[-./][a-z0-9]{1,8}){0,3}"
    r"|[a-z]{1,12}(?:[-./][a-z0-9]{1,8}){1,3}"
    r"|(?!(?:el|la|lo|al|del?|no|nro|son|en|los|las|numero) )[a-z]{2,6} \d{2,6}"
)
"""Of the form of a registration number; what is taken must also hold a digit."""
_FEWEST_DIGITS: Final = 2
_NUMBERED: Final = re.compile(rf"\W*(?P<number>{_CODE})\W*", re.IGNORECASE)
_WITH_HYPHEN: Final = re.compile(r"(?!iso\b)(?:[a-z]{1,8}-)+\d{2,8}(?:-\d{1,4})?", re.IGNORECASE)
_IS: Final = (
    rf"(?:est[aá]n?|sigue|es|existe|aparece|{needs.LISTED}|v[aá]lid[oa]|legal|real|en|"
    r"[vb]erific\w+|re[vb]is\w+|n[uú]mero|nro|no|registro|carnet|[ck]onsultora?|el|la|al|de|del|a|"
    r"ese|este|su|todav[ií]a|a[uú]n|si|con|puede\w*|quiero|kiero|saber|sa[vb]er|hola|ola|buenas)"
)
_ASKS_NUMBER: Final = re.compile(
    rf"\W*(?P<before>(?:{_IS}\W+)*?)(?P<number>{_CODE})(?P<after>(?:\W+{_IS})*)\W*", re.IGNORECASE
)
_STANDING: Final = re.compile(
    rf"{needs.LISTED}|v[aá]lid[oa]|legal|real|existe|aparece|[vb]erific\w+|registro|carnet|consultora?",
    re.IGNORECASE,
)


def wish(text: str, *, verifying: bool = False) -> str | None:
    """The intent of such a sentence: ``task_book``, ``task_my_bookings`` or
    ``task_verify_consultant``; None for any other. ``verifying`` tells that somebody was looked up
    just before, so that another number is one to look up as well."""
    if number_in(text, bare=verifying) is not None:
        return "task_verify_consultant"
    spoken = written_out(text)
    said = " ".join(map(sound, spoken))
    if len(spoken) > LONGEST:
        return None
    if _OWN_MEETING.fullmatch(said):
        return "task_my_bookings"
    if _ASKS.search(said) or ("?" in text and _NEEDS_ONE.search(said)):
        return None
    questions = _QUESTION.findall(text)
    # Who also asks something wants that answered.
    if questions and not _seeks(questions[-1]):
        return None
    return "task_book" if _seeks(text) else None


def _seeks(text: str) -> bool:
    said = " ".join(map(sound, written_out(text)))
    has_work = needs.category_in(text) is not None
    if _SEEKS.search(said) and (has_work or _OF_EXPERT.search(said)):
        return True
    if has_work and _NEEDS_WORK.search(said) and _WHOM.search(said):
        return True
    has_place = needs.department_in(text) is not None
    if has_place and _THERE_ARE.fullmatch(said):
        return True
    return _REACHES_ONE.fullmatch(said) is not None


def number_in(text: str, *, bare: bool = False) -> str | None:
    """The registration number that a text asks about, or is, as it is written; None where there is
    none. By itself a number needs letters and a hyphen, unless one is expected: ``bare``."""
    alone = _NUMBERED.fullmatch(text)
    if alone is not None:
        number = alone["number"]
        fits = bare or _WITH_HYPHEN.fullmatch(number) is not None
        return number if fits and any(map(str.isdigit, number)) else None
    asked = _ASKS_NUMBER.fullmatch(text)
    if asked is None or sum(map(str.isdigit, asked["number"])) < _FEWEST_DIGITS:
        return None
    if bare:
        return asked["number"]
    return asked["number"] if _STANDING.search(f"{asked['before']} {asked['after']}") else None
