"""The acts that are recorded, and what staff read for each."""

from typing import Final

from actions.audit.service import WAYS

ACTS: Final[dict[str, str]] = {
    "staff.invite": "Invitó a alguien del personal",
    "staff.change": "Cambió datos o roles del personal",
    "staff.disable": "Desactivó una cuenta",
    "staff.enable": "Activó una cuenta",
    "staff.reset_link": "Hizo un enlace para contraseña nueva",
    "staff.reset_factor": "Quitó el segundo factor de una cuenta",
    "staff.end_session": "Cerró una sesión de otra persona",
    "account.accept": "Aceptó su invitación",
    "account.password": "Cambió su contraseña",
    "account.factor_on": "Activó su segundo factor",
    "account.factor_off": "Quitó su segundo factor",
    "account.codes": "Hizo nuevos códigos de recuperación",
    "account.login": "Entró",
    "account.logout": "Salió",
    "account.end_session": "Cerró otra sesión suya",
    "case.take": "Tomó una conversación",
    "case.reply": "Contestó a una persona",
    "case.note": "Anotó algo en un caso",
    "case.hand_back": "Devolvió una conversación al asistente",
    "case.close": "Cerró un caso",
    "canned.create": "Creó una respuesta preparada",
    "canned.change": "Cambió una respuesta preparada",
    "canned.delete": "Borró una respuesta preparada",
    "person.read": "Leyó los mensajes de una persona",
    "person.correct": "Corrigió datos de una empresa",
    "person.wanted": "Cambió los mensajes que quiere una persona",
    "person.export": "Exportó los datos de una persona",
    "person.erase": "Borró los datos de una persona",
    "list.export": "Exportó una lista",
    "article.draft": "Escribió un borrador",
    "article.redraft": "Cambió su borrador",
    "article.discard": "Descartó su borrador",
    "article.submit": "Mandó un borrador a revisión",
    "article.approve": "Aprobó un artículo",
    "article.reject": "Devolvió un artículo",
    "article.withdraw": "Retiró un artículo",
    "article.roll_back": "Volvió a una versión anterior",
    "article.review_again": "Revisó de nuevo un artículo detenido",
    "article.import": "Trajo artículos de una carpeta",
    "fact.confirm": "Confirmó un hecho",
    "fact.end": "Puso fin a un hecho",
    "question.assign": "Asignó una pregunta",
    "question.resolve": "Resolvió una pregunta",
    "question.dismiss": "Descartó una pregunta",
    "question.reopen": "Abrió de nuevo una pregunta",
    "question.merge": "Juntó preguntas",
    "question.part": "Separó una pregunta",
    "registry.propose": "Trajo el registro para compararlo",
    "registry.apply": "Aplicó una sincronización del registro",
    "registry.discard": "Descartó una sincronización del registro",
    "registry.decide": "Decidió un conflicto del registro",
    "registry.approve": "Aprobó la solicitud de un consultor",
    "registry.reject": "Rechazó la solicitud de un consultor",
    "registry.suspend": "Suspendió a un consultor",
    "registry.reinstate": "Quitó la suspensión de un consultor",
    "registry.code": "Hizo un código para un consultor",
    "registry.contact": "Vio cómo contactar a quien pide entrar al registro",
    "registry.document": "Abrió un documento de un consultor",
    "booking.settle": "Resolvió una queja de una cita",
    "key.create": "Creó una llave de la API",
    "key.revoke": "Anuló una llave de la API",
}


def told(act: str) -> str:
    """What staff read for an act; the act's own name for one of another release."""
    return ACTS.get(act, act)


def told_way(way: str) -> str:
    """What staff read for where an act came from."""
    return {str(name): words for name, words in WAYS.items()}.get(way, way)


SUBJECTS: Final[dict[str, str]] = {
    "staff": "personal",
    "case": "caso",
    "canned": "respuesta",
    "person": "persona",
    "article": "artículo",
    "fact": "hecho",
    "question": "pregunta",
    "key": "llave",
    "list": "lista",
    "consultant": "consultor",
    "sync": "sincronización",
    "conflict": "conflicto",
    "complaint": "queja",
}
"""What staff read for the kind of a subject."""


def told_subject(subject: str) -> str:
    """What staff read for what was acted on: "caso 12"."""
    kind, _, name = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {name}".strip()


def subject_of(words: str) -> str | None:
    """The subject that staff mean by "caso 12"; None for other words."""
    kind, _, name = words.strip().replace(":", " ").partition(" ")
    for known, shown in SUBJECTS.items():
        if kind.casefold() in (known, shown) and name.strip():
            return f"{known}:{name.strip()}"
    return None
