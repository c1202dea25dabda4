"""What is handed to a person who is, or wants to be, a consultant of the registry."""

from typing import Final

from actions.people.export_part import ACCOUNT, DIGEST, OF_PEOPLE, STAFF, WHOSE, WORKING, Part

_CONSULTANT: Final = "SELECT id FROM consultant WHERE person_id = ANY(:people)"
_OF_CONSULTANT: Final = f"t.consultant_id IN ({_CONSULTANT})"
_IN_CONSULTANT: Final = "Está dentro de su inscripción."

CONSULTANCY: Final = (
    Part(
        "consultoria",
        "Su inscripción en el registro de consultores, o su solicitud",
        "consultant",
        OF_PEOPLE,
        {
            "id": ("numero", "Número en el asistente"),
            "person_id": ACCOUNT,
            "registration_number": ("registro", "Número de registro"),
            "kind": ("tipo", "Persona o empresa"),
            "name": ("nombre", "Nombre"),
            "categories": ("categorias", "Lo que hace"),
            "sectors": ("rubros", "Rubros que atiende; ninguno si son todos"),
            "departments": ("departamentos", "Departamentos a los que llega"),
            "on_site": ("llega", "Si llega al lugar"),
            "remote": ("a_distancia", "Si atiende a distancia"),
            "languages": ("idiomas", "Idiomas"),
            "fee_min": ("honorarios_desde", "Honorarios desde, en dólares"),
            "fee_max": ("honorarios_hasta", "Honorarios hasta, en dólares"),
            "fee_unit": ("cobra_por", "Si cobra por hora, día o proyecto"),
            "valid_from": ("vigente_desde", "Primer día de la inscripción"),
            "valid_to": ("vigente_hasta", "Último día de la inscripción"),
            "end_told_for": (
                "aviso_de_vencimiento",
                "Último día del que ya se le avisó que está cerca",
            ),
            "state": ("estado", "Solicitada, vigente, suspendida, vencida o rechazada"),
            "missing_since": ("ausente_desde", "Desde cuándo el registro nacional no lo trae"),
            "phone": ("telefono", "Teléfono que se comparte con su permiso"),
            "email": ("correo", "Correo que se comparte con su permiso"),
            "made_at": ("desde", "Cuándo se guardó"),
            "updated_at": ("actualizada", "Cuándo cambió por última vez"),
        },
        {
            "name_folded": "Es el nombre sin tildes, para buscarlo.",
            "state_by_hand": STAFF,
        },
    ),
    Part(
        "documentos_de_consultoria",
        "Documentos de su solicitud",
        "consultant_document",
        _OF_CONSULTANT,
        {
            "name": ("nombre", "Nombre"),
            "media_type": ("tipo", "Tipo"),
            "size": ("bytes", "Tamaño"),
            "made_at": ("guardado", "Cuándo se guardó"),
        },
        {
            "id": WORKING,
            "consultant_id": _IN_CONSULTANT,
            "sha256": DIGEST,
            "content": "Es el archivo mismo, que mandó la persona: no cabe en un texto.",
        },
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "cambios_de_consultoria",
        "Lo que cambió en su inscripción",
        "consultant_change",
        _OF_CONSULTANT,
        {
            "field": ("dato", "Qué dato cambió"),
            "before": ("antes", "Lo que había"),
            "after": ("despues", "Lo que quedó"),
            "source": ("de_quien", "Registro, consultor, ministerio o vencimiento"),
            "reason": ("motivo", "Por qué"),
            "at": ("cuando", "Cuándo cambió"),
        },
        {
            "id": WORKING,
            "consultant_id": _IN_CONSULTANT,
            "sync_id": WORKING,
            "by": STAFF,
        },
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "conflictos_de_consultoria",
        "Diferencias con el registro nacional que decide una persona del ministerio",
        "registry_conflict",
        _OF_CONSULTANT,
        {
            "kind": ("tipo", "Desaparecido, estado o nombre"),
            "ours": ("nuestro", "Lo que tiene el asistente"),
            "theirs": ("del_registro", "Lo que trae el registro"),
            "at": ("cuando", "Cuándo se notó"),
            "decision": ("decision", "Lo que se decidió"),
            "decided_at": ("decidido", "Cuándo se decidió"),
            "note": ("nota", "Lo que se anotó"),
        },
        {
            "id": WORKING,
            "consultant_id": _IN_CONSULTANT,
            "sync_id": WORKING,
            "decided_by": STAFF,
        },
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "codigos_de_consultoria",
        "Códigos que el ministerio le dio para entrar",
        "consultant_code",
        _OF_CONSULTANT,
        {"made_at": ("hecho", "Cuándo se hizo"), "expires_at": ("vence", "Hasta cuándo sirve")},
        {"id": DIGEST, "consultant_id": _IN_CONSULTANT, "digest": DIGEST, "made_by": STAFF},
        within="consultoria",
        by="consultant_id",
    ),
    Part(
        "intentos_de_entrar",
        "Códigos del registro equivocados que escribió, de la última hora",
        "consultant_code_try",
        OF_PEOPLE,
        {"tried_at": ("cuando", "Cuándo lo escribió")},
        {"id": WORKING, "person_id": WHOSE},
    ),
    Part(
        "turnos_de_consultoria",
        "Cuándo se le ofreció de primero a alguien, por última vez",
        "consultant_offer",
        _OF_CONSULTANT,
        {"first_at": ("cuando", "Cuándo fue")},
        {"consultant_id": _IN_CONSULTANT},
        within="consultoria",
        by="consultant_id",
        order="consultant_id",
    ),
)
