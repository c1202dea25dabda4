"""What is understood of those who type in the registry's own matters: answers to a request in
words, time that is closed, an agenda, a joining code. Pure, and before Rasa."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from actions.messages.content import Button
from bot.slots.date_reading import NoDate, read_days
from bot.slots.days_off_reading import DaysOff, NoDays, read_days_off
from bot.slots.protocol import Stored
from bot.slots.registry_code import code_in
from bot.understanding.understood import read_means
from knowledge.text import fold, words

Meant = tuple[str, dict[str, Stored]]
"""An intent with its values."""

_ANY_DAY: Final = date(2026, 1, 1)
_MOST_WORDS: Final = 14
_NUMBERED: Final = re.compile(
    r"\b(?:la|cita|sita|soli[cs]itud|numero|num|no|nro|acepto|aceptar|asepto|rechazo|rechazar) "
    r"(\d{1,9})\b(?! [ap] ?m\b| de\b)"
)

# -- answers to what was asked for -----------------------------------------------------------------

_OTHER: Final = re.compile(
    r"\b(?:otra (?:hora|fecha)|otro (?:dia|horario)|cambiar? (?:la |de )?hora"
    r"|mas (?:tarde|temprano)|propon\w+|reprogram\w+|mover(?:la|lo)?)\b"
)
_YES: Final = frozenset(
    words("""
    si sip simon acepto aceptar acepta aceptada aceptado aceptala aceptarla aseptar asepto confirmo
    confirmar confirmada confirmado confirmala dale va vaya ok okay claro cabal listo estare acuerdo
    perfecto excelente atiendo atendere
    """)
) | {"👍", "👌"}
_BESIDE_YES: Final = frozenset(
    words("""
    la el lo los le les esa ese eso esta ahi alli alla aya de con mucho gusto por supuesto gracias
    muchas bueno buenas pues cita sita solicitud solisitud numero num no nro hora dia a yo quiero
    kiero puedo llego llegare voy vamos nos vemos bien me queda favor porfa que desde luego en las
    puntual todo
    """)
)
_NO: Final = frozenset(
    words("""
    no nel nop nombe rechazo rechazar rechazala rechazarla declino declinar imposible tampoco
    """)
)
_BESIDE_NO: Final = frozenset(
    words("""
    puedo podre podria podemos ese esa este esta dia hora fecha la el lo los a acepto aceptar
    aceptarla quiero kiero voy ir llegar llego asistir atender atenderla atenderlos atiendo me es
    queda cita sita solicitud solisitud numero num nro gracias siento fijese disculpe disculpen pena
    que mejor y ya tengo otro compromiso estoy ocupado ocupada va de para por favor porfa poder ser
    sera
    """)
)
_CANCEL: Final = re.compile(
    r"(?:(?:si|mejor|quiero|kiero|tengo (?:que|q)) )*(?:[ck]ancel|anul)"
    r"(?:(?:a|e|ar|emos)?(?:la|lo)\b.{0,20}|\w* (?:la|esa|mi) [cs]ita)"
)
_CANCELS: Final = ("referral_cancel", "booking_cancel")
_SURE: Final = re.compile(r"\b(?:ace?pt|asept|recha[sz]|declin)\w*")
"""Words of an answer to a request, also where none was shown."""
_ACCEPTS: Final = ("referral_accept", "proposal_agree")
_DECLINES: Final = ("referral_decline", "proposal_refuse")
_OTHERS: Final = ("referral_other", "booking_change")


def pressed(text: str, menu: Sequence[Button], *, asked: bool) -> Meant | None:
    """What a text says to the buttons shown last, where it clearly means one of them: to accept, to
    decline, another time, or the one that begins with "Sí" or "No". With ``asked``, a question is
    open, and only what names the answer to a request is one. None where it means none."""
    key = fold(text) or text.strip()
    spoken = key.split()
    if not spoken or len(spoken) > _MOST_WORDS or "?" in text or "¿" in text:
        return None
    if asked and not _SURE.search(key):
        return None
    offers = [(button, *read_means(button.means)) for button in menu]
    answers = {intent: (intent, values) for _, intent, values in offers}
    is_request = any(one in answers for one in (*_ACCEPTS, *_DECLINES))
    said = _said(key, spoken)
    if _CANCEL.fullmatch(key):
        found = next((answers[one] for one in _CANCELS if one in answers), None)
    elif said == "other":
        found = next((answers[one] for one in _OTHERS if one in answers), None)
    elif is_request:
        wanted = {"yes": _ACCEPTS, "no": _DECLINES}.get(said or "", ())
        found = next((answers[one] for one in wanted if one in answers), None)
    else:
        begins = {"yes": "si ", "no": "no "}.get(said or "", "\n")
        sure = [(i, v) for button, i, v in offers if fold(button.title).startswith(begins)]
        found = sure[0] if len(sure) == 1 and not asked else None
    if found is None:
        return None
    number = _NUMBERED.search(key) if found[0].startswith("referral_") else None
    # A number that is named says which one is meant, whatever was shown last.
    return (_by_number(found[0]), {"number": int(number[1])}) if number else found


def answered(text: str) -> Meant | None:
    """An answer to a request in words that name it, with nothing shown: "acepto la 50"."""
    key = fold(text)
    spoken = key.split()
    if len(spoken) > _MOST_WORDS or "?" in text or not _SURE.search(key):
        return None
    number = _NUMBERED.search(key)
    if number is None and not re.search(r"\bsoli[cs]itud\b", key):
        return None
    values: dict[str, Stored] = {"number": int(number[1])} if number else {}
    intent = {"yes": "referral_accept", "no": "referral_decline"}.get(_said(key, spoken) or "")
    return None if intent is None else (_by_number(intent), values)


def _by_number(intent: str) -> str:
    """Accepting by number goes through what finds the request; the others begin with that."""
    return "referral_answer" if intent == "referral_accept" else intent


def _said(key: str, spoken: Sequence[str]) -> str | None:
    """What an answer says: "yes", "no", "other", or None for anything else."""
    said = {one for one in spoken if not one.isdigit()}
    if _OTHER.search(key):
        return "other"
    if said & _NO and said <= _NO | _BESIDE_NO:
        return "no"
    if said & _YES and "no" not in said and said <= _YES | _BESIDE_YES:
        return "yes"
    return None


# -- what only a consultant says -------------------------------------------------------------------

_AGENDA_OF: Final = re.compile(
    r"\s*(?:ver\s+|quiero\s+ver\s+)?(?:mi\s+)?a[gj]enda\s+(?:para\s+|del?\s+|d\s+)?(?P<day>.{1,40})",
    re.IGNORECASE,
)
_WEEK: Final = re.compile(
    r"(?:la |esta |toda la )*(?:semana|semanal)|(?:la )?(?:proxima|otra) semana"
    r"|la semana que viene"
)
_CLOSING: Final = re.compile(
    r"(?:yo )?(?:ya )?(?:no (?:voy a )?(?:atiendo|atender|puedo atender|doy citas|dar citas)\b"
    r"|no puedo del .+ al .+|si atiendo el\b)"
)
_CLOSES: Final = re.compile(
    r"\bno (?:voy a )?(?:puedo|podre|podria|atiendo|atendere|atender|atiende|trabajo|trabajare"
    r"|doy citas|dare citas|recibo|estoy|estare|voy a estar)\b|\btampoco\b"
)
_CONSULTANT: Final = re.compile(
    r"(?:hola |buenas |buenos dias )?(?:yo )?(?:soy|soi|zoy|zoi) (?:un |una )?[ck]onsu[lr]?tora?"
    r"(?: (?:ambiental|del marn|del ministerio|ya|registrad[oa]|re[gj]istrad[oa]|inscrit[oa]"
    r"|autori[zs]ad[oa]|acreditad[oa]))*"
)
_HAS_CODE: Final = re.compile(
    r"(?=.*\b[ck]odigo\b)(?=.*\b(?:[ck]onsul?tora?|ministerio|marn|registro)\b)"
    r"(?=.*\b(?:tengo|traigo|dieron|mandaron|dio|mando|llego|recibi|meter|poner|usar|entrar)\b)"
    r"(?!.*\b(?:como|donde|cuanto|pedir|conseguir|sacar|no)\b).*"
)
_APPLICATION: Final = r"(?:mi |la )?so(?:li|il)[csz]i?tu[dt]\b"
_STATUS: Final = re.compile(
    rf"(?:hola |buenas )?(?:y )?(?:ya )?(?:como (?:va|esta|sigue|quedo)|en (?:que|q|ke) (?:va|quedo"
    rf"|esta)|(?:que|q|ke) (?:paso|onda|hay) (?:con|de)|estado de|ver) {_APPLICATION}.{{0,40}}"
    r"|(?:[qk]u?iero |quisiera |puedo |voy a |como )?(?:mandar|mando|enviar|envio|subir|subo"
    r"|adjuntar) (?:mi |mis |el |los )(?:titulo|titulos|diploma|diplomas|atestados|curriculum|cv)"
    r"\b.{0,40}"
)
_WITHDRAWS: Final = re.compile(
    rf"(?:[qk]u?iero |quisiera |deseo |puedo )?(?:retirar|retiro|cancelar|cancelo|anular|borrar"
    rf"|quitar|eliminar) {_APPLICATION}(?: (?:al |del |de )?(?:registro|consultor\w*))*"
    rf"|ya no quiero {_APPLICATION}"
)


def of_consultant(text: str) -> Meant | None:
    """What only a consultant says, or who wants to be one, with its values: an agenda of some day,
    time that is closed, the ministry's code, their application; None for anything else."""
    code = code_in(text)
    if code is not None:
        return "consultant_join", {"registry_code": code}
    key = fold(text)
    day = agenda(text)
    if day is not None:
        return day
    if len(key.split()) > _MOST_WORDS:
        return None
    for pattern, intent in _SAYS:
        if pattern.fullmatch(key):
            return intent, {}
    if _CLOSING.match(key) or (_CLOSES.search(key) and _reads_days(text)):
        return "task_availability", {}
    return answered(text)


_SAYS: Final = (
    (_HAS_CODE, "consultant_join"),
    (_CONSULTANT, "consultant_home"),
    (_STATUS, "registry_status"),
    (_WITHDRAWS, "registry_withdraw"),
)


def agenda(text: str) -> Meant | None:
    """The agenda that a text asks for, with the words for its day or week; None for none."""
    found = _AGENDA_OF.fullmatch(text)
    if found is None:
        return None
    day = found["day"].strip(" .?!¿¡")
    if _WEEK.fullmatch(fold(day)):
        return "consultant_agenda", {"week": day}
    if read_days(day, _ANY_DAY, "future") is NoDate.UNREAD:
        return None
    return "consultant_agenda", {"day": day}


def _reads_days(text: str) -> bool:
    """Whether the line names the days that it closes, and speaks of nothing else."""
    if "?" in text or "¿" in text:
        return False
    found = read_days_off(text, _ANY_DAY)
    return isinstance(found, DaysOff) or found is NoDays.EVERY_WEEK
