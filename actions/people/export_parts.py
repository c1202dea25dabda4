"""What is handed to a person who asks for all that is held about them, table by table.

A column that is not handed over stands in ``left_out`` with why. Tests hold that every table about
people is here, and every column of it: so a new one cannot be forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from actions.people.erasure import ERASED

Told = tuple[str, str]
"""The key under which something is handed over, and what it is, in Spanish."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows ``t`` of one table, as a list under ``key``.

    ``where`` may use :people (all accounts) and :addresses (all their addresses). ``columns`` are
    handed over in that order, and then ``further`` SQL expressions by key. The rows of a part
    ``within`` another one stand in the lists of its rows: ``by`` is the column that names them.
    """

    key: str
    meaning: str
    table: str
    where: str
    columns: Mapping[str, Told]
    left_out: Mapping[str, str] = field(default_factory=dict)
    further: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    within: str = ""
    by: str = ""
    order: str = "id"


_OF_PEOPLE: Final = "t.person_id = ANY(:people)"
_OF_ADDRESSES: Final = "t.address_id = ANY(:addresses)"
_SENT: Final = "t.outbox_id IN (SELECT id FROM outbox WHERE address_id = ANY(:addresses))"
_OF_CASES: Final = 't.case_id IN (SELECT id FROM "case" WHERE person_id = ANY(:people))'

_WHOSE: Final = "Es de la persona de este archivo; sus números están en «persona»."
_DIGEST: Final = "Es una huella que sirve para comprobar, y no dice nada de la persona."
_STAFF: Final = "Es un dato de quien atendió por el ministerio, no de la persona."
_WORKING: Final = "Sirve para entregar el mensaje y no dice nada de la persona."

_ACCOUNT: Final = ("cuenta", "Número de la cuenta")
_CHANNEL_OF: Final = ("canal", "Número del canal, según «canales»")

PARTS: Final = (
    Part(
        "cuentas",
        "Cuentas de la persona; varias si unió sus canales",
        "person",
        "t.id = ANY(:people)",
        {"id": ("numero", "Número de la cuenta"), "created_at": ("desde", "Cuándo se creó")},
    ),
    Part(
        "canales",
        "Números y cuentas desde los que escribió",
        "address",
        "t.id = ANY(:addresses)",
        {
            "id": ("numero", "Número del canal"),
            "person_id": _ACCOUNT,
            "channel": ("tipo", "WhatsApp, Telegram o chat de la página"),
            "external": ("direccion", "El número o la cuenta"),
            "created_at": ("desde", "Cuándo escribió por primera vez"),
            "last_inbound_at": ("ultimo_mensaje", "Cuándo escribió por última vez"),
            "blocked_at": ("bloqueo", "Cuándo bloqueó al asistente"),
            "forget_at": ("se_borra_desde", "Desde cuándo se borra el número o la cuenta"),
        },
    ),
    Part(
        "uniones",
        "Veces que unió sus cuentas",
        "person_link",
        "t.kept_id = ANY(:people) OR t.joined_id = ANY(:people)",
        {
            "id": ("numero", "Número de la unión"),
            "kept_id": ("cuenta", "La cuenta que quedó"),
            "joined_id": ("cuenta_unida", "La cuenta que se unió a ella"),
            "address_ids": ("canales", "Números de los canales que pasaron"),
            "firm_fields": ("datos_copiados", "Datos de la empresa que pasaron"),
            "case_id": ("caso", "Número del caso que pasó"),
            "joined_at": ("unida", "Cuándo se unieron"),
            "undone_at": ("separada", "Cuándo se separaron"),
        },
    ),
    Part(
        "codigos_para_unir",
        "Códigos para unir cuentas, de la última hora",
        "link_code",
        _OF_PEOPLE,
        {"made_at": ("hecho", "Cuándo se pidió"), "expires_at": ("vence", "Hasta cuándo sirve")},
        {"id": _DIGEST, "person_id": _WHOSE, "salt": _DIGEST, "digest": _DIGEST},
    ),
    Part(
        "intentos_de_unir",
        "Códigos equivocados que escribió, de la última hora",
        "link_try",
        _OF_PEOPLE,
        {"tried_at": ("cuando", "Cuándo lo escribió")},
        {"id": _WORKING, "person_id": _WHOSE},
    ),
    Part(
        "empresa",
        "Lo que dijo de su empresa",
        "firm",
        _OF_PEOPLE,
        {
            "person_id": _ACCOUNT,
            "firm_name": ("nombre", "Nombre"),
            "sector": ("rubro", "Rubro"),
            "workers": ("personas", "Personas que trabajan ahí"),
            "annual_sales_usd": ("ventas_al_ano", "Ventas al año, en dólares"),
            "district": ("distrito", "Distrito"),
            "municipality": ("municipio", "Municipio"),
            "department": ("departamento", "Departamento"),
            "permit_state": (
                "permiso",
                "Permiso ambiental: has_permit, lo tiene; in_process, en trámite; none, no tiene; "
                "unknown, no sabe",
            ),
            "updated_at": ("actualizada", "Cuándo cambió por última vez"),
        },
        {"name_folded": "Es el nombre sin tildes, para buscarlo."},
        order="person_id",
    ),
    Part(
        "consentimientos",
        "Versiones del aviso de privacidad que aceptó",
        "consent",
        _OF_PEOPLE,
        {
            "person_id": _ACCOUNT,
            "version": ("version", "Versión del aviso"),
            "channel": ("canal", "Por dónde lo aceptó"),
            "given_at": ("aceptado", "Cuándo lo aceptó"),
            "withdrawn_at": ("retirado", "Cuándo dejó de valer"),
        },
        {"id": _WORKING},
    ),
    Part(
        "mensajes_que_no_quiere",
        "Mensajes que pidió no recibir",
        "opted_out",
        _OF_PEOPLE,
        {
            "person_id": _ACCOUNT,
            "category": (
                "tipo",
                "announcements, avisos; reminders, recordatorios; training, capacitaciones",
            ),
            "stopped_at": ("desde", "Desde cuándo"),
            "link_id": ("union", "Unión de cuentas por la que vale"),
        },
        order="category",
    ),
    Part(
        "mensajes_recibidos",
        "Lo que escribió",
        "inbox",
        f"{_OF_ADDRESSES} AND t.kind <> '{ERASED}'",
        {
            "id": ("numero", "Número del mensaje"),
            "address_id": _CHANNEL_OF,
            "kind": ("clase", "Texto, botón, audio, imagen u otra"),
            "text": ("texto", "Lo que decía"),
            "detail": ("detalle", "Lo demás que traía: el botón, el tipo de archivo"),
            "received_at": ("recibido", "Cuándo llegó"),
            "handled_at": ("leido", "Cuándo lo leyó el asistente"),
            "turn_id": ("turno", "En qué turno lo leyó, según «turnos»"),
            "provider_id": ("numero_del_proveedor", "Número que le dio WhatsApp o Telegram"),
        },
        {"person_id": _WHOSE, "failures": _WORKING},
    ),
    Part(
        "mensajes_enviados",
        "Lo que se le escribió",
        "outbox",
        f"{_OF_ADDRESSES} AND t.content <> '{{}}'",
        {
            "id": ("numero", "Número del mensaje"),
            "address_id": _CHANNEL_OF,
            "turn_id": ("turno", "Turno al que contesta, según «turnos»"),
            "category": ("tipo", "Aviso, recordatorio o capacitación; vacío si es respuesta"),
            "content": ("contenido", "Texto, botones y archivos"),
            "state": ("estado", "Si se envió, se entregó o se leyó"),
            "reason": ("motivo", "Por qué no se envió"),
            "created_at": ("escrito", "Cuándo se escribió"),
            "settled_at": ("enviado", "Cuándo salió"),
            "provider_id": ("numero_del_proveedor", "Número que le dio WhatsApp o Telegram"),
        },
        {
            "person_id": _WHOSE,
            "channel": "Es el del canal, que está en «canales».",
            **dict.fromkeys(("lane", "attempts", "attempted_at", "claimed_at"), _WORKING),
            "not_before": _WORKING,
        },
    ),
    Part(
        "entregas",
        "Lo que WhatsApp o Telegram dijo de la entrega",
        "receipt",
        _SENT,
        {
            "status": ("estado", "Estado"),
            "error_code": ("error", "Código del error"),
            "received_at": ("cuando", "Cuándo lo dijo"),
        },
        {"id": _WORKING, "outbox_id": "Está dentro de su mensaje."},
        within="mensajes_enviados",
        by="outbox_id",
    ),
    Part(
        "archivos",
        "Archivos que el ministerio mandó con el mensaje",
        "stored_file",
        _SENT,
        {
            "name": ("nombre", "Nombre"),
            "media_type": ("tipo", "Tipo"),
            "size": ("bytes", "Tamaño"),
            "made_at": ("guardado", "Cuándo se guardó"),
            "expires_at": ("se_borra", "Cuándo se borra"),
        },
        {
            "id": _WORKING,
            "outbox_id": "Está dentro de su mensaje.",
            "token": "Es la clave para abrir el archivo.",
            "sha256": _DIGEST,
            "content": "Es el archivo mismo, que ya se le entregó: no cabe en un texto.",
            "made_by": _STAFF,
        },
        within="mensajes_enviados",
        by="outbox_id",
    ),
    Part(
        "turnos",
        "Lo que el asistente entendió y contestó, sin texto",
        "turn",
        _OF_PEOPLE,
        {
            "id": ("numero", "Número del turno"),
            "person_id": _ACCOUNT,
            "channel": ("canal", "Por dónde escribió"),
            "intent": ("intencion", "Lo que el asistente creyó que quería"),
            "confidence": ("seguridad", "Qué tan seguro estaba, de 0 a 1"),
            "outcome": ("resultado", "Qué hizo"),
            "topic": ("tema", "De qué se trataba"),
            "articles": ("articulos", "Con qué artículos contestó"),
            "created_at": ("cuando", "Cuándo fue"),
        },
        {"nlu_up": _WORKING, "milliseconds": _WORKING},
    ),
    Part(
        "conversacion",
        "Lo que el asistente recuerda para seguir, con lo contestado a medias",
        "conversation",
        _OF_PEOPLE,
        {
            "person_id": _ACCOUNT,
            "state": ("estado", "Lo que recuerda"),
            "updated_at": ("actualizada", "Cuándo cambió por última vez"),
        },
        order="person_id",
    ),
    Part(
        "casos",
        "Veces que pidió o necesitó a una persona del ministerio",
        "case",
        _OF_PEOPLE,
        {
            "id": ("numero", "Número del caso"),
            "person_id": _ACCOUNT,
            "channel": ("canal", "Por dónde escribió"),
            "reason": (
                "motivo",
                "request, lo pidió; not_understood, no se le entendió; anger, "
                "estaba molesta; erased, se borraron sus datos",
            ),
            "context": ("contexto", "Lo que el asistente sabía al abrirlo"),
            "opened_at": ("abierto", "Cuándo se abrió"),
            "waiting_since": ("espera_desde", "Desde cuándo espera respuesta"),
            "closed_at": ("cerrado", "Cuándo se cerró"),
            "close_reason": ("motivo_de_cierre", "Por qué se cerró"),
            "close_note": ("nota_de_cierre", "Lo que se anotó al cerrarlo"),
        },
        {"staff": _STAFF, "held_until": _STAFF, "closed_by": _STAFF},
    ),
    Part(
        "respuestas",
        "Mensajes que le escribió una persona del ministerio",
        "case_reply",
        _OF_CASES,
        {"outbox_id": ("mensaje", "Número del mensaje, según «mensajes_enviados»")},
        {"case_id": "Está dentro de su caso.", "staff": _STAFF},
        {
            "texto": (
                "(SELECT content->>'text' FROM outbox WHERE id = t.outbox_id)",
                "Lo que decía",
            ),
            "escrito": (
                "(SELECT created_at FROM outbox WHERE id = t.outbox_id)",
                "Cuándo se escribió",
            ),
        },
        within="casos",
        by="case_id",
        order="outbox_id",
    ),
    Part(
        "notas",
        "Lo que el personal anotó del caso",
        "case_note",
        _OF_CASES,
        {"text": ("texto", "Lo que dice"), "at": ("cuando", "Cuándo se anotó")},
        {"id": _WORKING, "case_id": "Está dentro de su caso.", "staff": _STAFF},
        within="casos",
        by="case_id",
    ),
    Part(
        "preguntas_que_espera",
        "Preguntas de las que quiso saber la respuesta",
        "asker",
        _OF_PEOPLE,
        {
            "question_id": ("numero", "Número de la pregunta"),
            "person_id": _ACCOUNT,
            "agreed_at": ("desde", "Cuándo pidió que se le avisara"),
            "told_at": ("avisada", "Cuándo se le avisó"),
        },
        further={
            "texto": (
                "(SELECT text FROM asked_question WHERE id = t.question_id)",
                "Lo que preguntó",
            )
        },
        order="agreed_at",
    ),
    Part(
        "actos_del_personal",
        "Lo que el personal del ministerio hizo con estos datos",
        "audit_entry",
        _OF_PEOPLE,
        {
            "place": ("numero", "Número en la auditoría"),
            "person_id": _ACCOUNT,
            "at": ("cuando", "Cuándo"),
            "act": ("acto", "Qué se hizo"),
            "subject": ("de_que", "Sobre qué"),
            "detail": ("detalle", "Lo que había antes y después"),
            "erased_at": ("borrado", "Cuándo se borró el detalle"),
        },
        {
            **dict.fromkeys(("staff_id", "way", "actor", "actor_salt", "actor_digest"), _STAFF),
            **dict.fromkeys(("detail_salt", "detail_digest", "previous", "digest"), _DIGEST),
        },
        order="place",
    ),
)

NOT_EXPORTED: Final[Mapping[str, str]] = {}
"""Tables that have to do with people and are not handed over, each with why. None so far."""
