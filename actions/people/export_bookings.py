"""What is handed to a person of their bookings, as owner or as consultant."""

from typing import Final

from actions.people.export_part import ACCOUNT, DIGEST, OF_PEOPLE, STAFF, WORKING, Part

_OF_BOOKINGS: Final = "t.booking_id IN (SELECT id FROM booking WHERE person_id = ANY(:people))"
_OF_CONSULTANT: Final = (
    "t.consultant_id IN (SELECT id FROM consultant WHERE person_id = ANY(:people))"
)
_IN_BOOKING: Final = "Está dentro de su cita."
_IN_CONSULTANT: Final = "Está dentro de su inscripción."
_IN_PARTS: Final = "Está en «empieza» y «termina»."
_STARTS: Final = ("to_char(t.starts, 'HH24:MI')", "Desde qué hora")
_ENDS: Final = ("to_char(t.ends, 'HH24:MI')", "Hasta qué hora")
_MODE: Final = ("modo", "on_site, en persona; remote, a distancia; both, como se prefiera")

BOOKINGS: Final = (
    Part(
        "solicitudes_de_consultoria",
        "Veces que pidió una cita con un consultor",
        "referral",
        OF_PEOPLE,
        {
            "id": ("numero", "Número de la solicitud"),
            "person_id": ACCOUNT,
            "need": ("busca", "Con qué datos se le buscó consultor"),
            "consultant_id": ("consultor", "Número del último consultor a quien se le pidió"),
            "tried": ("consultores", "Números de todos a quienes se les pidió, en orden"),
            "state": (
                "estado",
                "waiting, el consultor no ha contestado; proposed, propuso otra hora; looking, se "
                "busca a otro; accepted, aceptada; exhausted, no quedó nadie; withdrawn, retirada",
            ),
            "deadline": ("vence", "Hasta cuándo se puede contestar"),
            "made_at": ("hecha", "Cuándo se pidió"),
            "settled_at": ("resuelta", "Cuándo se resolvió"),
        },
    ),
    Part(
        "citas",
        "Citas con consultores que apartó, pidió o tuvo",
        "booking",
        OF_PEOPLE,
        {
            "id": ("registro", "Número con que se guarda; cambia si la atiende otro consultor"),
            "person_id": ACCOUNT,
            "consultant_id": ("consultor", "Número del consultor"),
            "referral_id": ("numero", "Número de la cita, que es el de la solicitud"),
            "mode": _MODE,
            "state": (
                "estado",
                "held, apartada; pending, pedida; proposed, con otra hora propuesta; accepted, "
                "aceptada; declined, rechazada; expired, sin respuesta; cancelled, cancelada; "
                "done, realizada; missed, no llegó",
            ),
            "hold_until": ("apartada_hasta", "Hasta cuándo está apartada"),
            "purpose": ("motivo", "Para qué la pidió"),
            "place": ("lugar", "Dónde es, con sus palabras"),
            "phone": ("telefono", "A qué número le llaman para la cita"),
            "consent_version": ("permiso", "Versión del permiso de dar su contacto"),
            "consent_at": ("permiso_dado", "Cuándo dio ese permiso"),
            "made_at": ("apartada", "Cuándo la apartó"),
            "asked_at": ("pedida", "Cuándo se le pidió al consultor"),
            "answered_at": ("contestada", "Cuándo contestó el consultor"),
            "accepted_at": ("acordada", "Cuándo quedó acordada"),
            "ended_at": ("terminada", "Cuándo terminó o dejó de valer"),
            "day_reminder_at": ("recordada_un_dia_antes", "Cuándo se le recordó un día antes"),
            "hour_reminder_at": ("recordada_una_hora_antes", "Cuándo se le recordó una hora antes"),
            "lapse_told_at": (
                "aviso_de_vigencia",
                "Cuándo se le avisó que el registro del consultor ya no vale",
            ),
        },
        {
            "during": _IN_PARTS,
            "occupied": "Es la cita con el tiempo que se deja libre alrededor.",
            "uid": "Sirve para que un calendario reconozca la cita.",
            "sequence": "Sirve para que un calendario reconozca los cambios.",
        },
        {
            "nombre_del_consultor": (
                "(SELECT name FROM consultant WHERE id = t.consultant_id)",
                "Nombre del consultor",
            ),
            "empieza": ("lower(t.during)", "Cuándo empieza"),
            "termina": ("upper(t.during)", "Cuándo termina"),
        },
    ),
    Part(
        "historia",
        "Lo que pasó con la cita",
        "booking_event",
        _OF_BOOKINGS,
        {
            "at": ("cuando", "Cuándo fue"),
            "act": ("acto", "Qué se hizo"),
            "by": ("quien", "owner, la persona; consultant, el consultor; clock, el asistente"),
            "note": ("nota", "Lo que escribió quien lo hizo"),
        },
        {"id": WORKING, "booking_id": _IN_BOOKING, "during": _IN_PARTS},
        {
            "empieza": ("lower(t.during)", "Cuándo empezaba la cita después de eso"),
            "termina": ("upper(t.during)", "Cuándo terminaba la cita después de eso"),
        },
        within="citas",
        by="booking_id",
    ),
    Part(
        "calificaciones",
        "Cómo calificó la cita",
        "rating",
        _OF_BOOKINGS,
        {
            "stars": ("estrellas", "De 1 a 5"),
            "comment": ("comentario", "Lo que comentó"),
            "made_at": ("cuando", "Cuándo la calificó"),
        },
        {"booking_id": _IN_BOOKING},
        within="citas",
        by="booking_id",
        order="booking_id",
    ),
    Part(
        "quejas",
        "Quejas que puso por una cita",
        "complaint",
        OF_PEOPLE,
        {
            "id": ("numero", "Número de la queja"),
            "person_id": ACCOUNT,
            "by": ("como", "owner, como quien pidió la cita; consultant, como consultor"),
            "text": ("texto", "Lo que dijo"),
            "made_at": ("hecha", "Cuándo la puso"),
            "settled_at": ("resuelta", "Cuándo la resolvió el ministerio"),
            "outcome": ("resultado", "Lo que decidió el ministerio"),
            "answer": ("respuesta", "Lo que el ministerio le contestó"),
        },
        {"booking_id": "Es la cita de «cita».", "settled_by": STAFF},
        {
            "cita": (
                "(SELECT referral_id FROM booking WHERE id = t.booking_id)",
                "Número de la cita",
            )
        },
    ),
    Part(
        "horarios",
        "Horas de cada semana en que atiende como consultor",
        "availability",
        _OF_CONSULTANT,
        {"weekday": ("dia", "Día de la semana; 0 es lunes"), "mode": _MODE},
        {
            "id": WORKING,
            "consultant_id": _IN_CONSULTANT,
            "starts": "Está en «desde».",
            "ends": "Está en «hasta».",
        },
        {"desde": _STARTS, "hasta": _ENDS},
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "dias_distintos",
        "Días en que atiende menos o más",
        "availability_exception",
        _OF_CONSULTANT,
        {
            "first_day": ("primer_dia", "Primer día"),
            "last_day": ("ultimo_dia", "Último día"),
            "opened": ("atiende", "Si atiende esos días o no"),
            "mode": _MODE,
            "reason": ("motivo", "Por qué"),
            "made_at": ("anotado", "Cuándo lo dijo"),
        },
        {
            "id": WORKING,
            "consultant_id": _IN_CONSULTANT,
            "starts": "Está en «desde».",
            "ends": "Está en «hasta».",
        },
        {"desde": _STARTS, "hasta": _ENDS},
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "calendario",
        "Dirección secreta con que su calendario lee sus citas",
        "calendar_feed",
        _OF_CONSULTANT,
        {"made_at": ("hecha", "Cuándo se hizo")},
        {"consultant_id": _IN_CONSULTANT, "digest": DIGEST},
        within="consultoria",
        by="consultant_id",
        order="consultant_id",
    ),
)
