"""What is held about a person: told to them, and erased."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from actions.cases import hours
from actions.people import erasure
from actions.people.erasure import Held
from bot import notices
from bot.slots.calendar_words import shown_date
from bot.wanted_acts import listed
from knowledge.sectors import sectors

if TYPE_CHECKING:
    from bot.acting import Actions

CHANNELS: Final = {"whatsapp": "WhatsApp", "telegram": "Telegram", "web": "chat de la página"}
STATES_OF_PERMIT: Final = {
    "has_permit": "lo tiene",
    "in_process": "en trámite",
    "none": "no tiene",
    "unknown": "no sabe",
}


async def _data_held(here: "Actions", _args: Mapping[str, Any]) -> Mapping[str, str]:
    held = await erasure.held(here.session, here.person_id)
    lines = _held_lines(held)
    for task in here.conversation.tasks:
        flow, answers = here.flows.flows.get(task.flow), len(task.order)
        if flow is not None and answers:
            lines.append(f"A medias, sin terminar: {flow.name} ({answers} respuestas)")
    return {"held": "\n".join(f"• {line}" for line in lines)}


def _held_lines(held: Held) -> list[str]:
    lines = [f"{CHANNELS.get(one.channel, one.channel)}: {one.address}" for one in held.channels]
    firm = held.firm
    if "firm_name" in firm:
        lines.append(f"Empresa: {firm['firm_name']}")
    if "sector" in firm:
        lines.append(f"Rubro: {_sector_named(str(firm['sector']))}")
    if "workers" in firm:
        lines.append(f"Personas que trabajan: {firm['workers']}")
    if "annual_sales_usd" in firm:
        lines.append(f"Ventas al año: {firm['annual_sales_usd']:,} USD")
    if "district" in firm:
        lines.append(f"Lugar: {firm['district']}, {firm['department']}")
    if "permit_state" in firm:
        lines.append(f"Permiso ambiental: {STATES_OF_PERMIT[str(firm['permit_state'])]}")
    if held.consent_given_at is not None:
        day = shown_date(held.consent_given_at.astimezone(hours.ZONE).date())
        lines.append(f"Me diste permiso de guardar datos el {day}")
    if held.stopped:
        lines.append(f"No querés {listed(tuple(sorted(held.stopped)), 'ni')}")
    if held.open_case is not None:
        lines.append(f"Caso abierto con una persona: {held.open_case}")
    if held.papers is not None:
        lines.append(f"Tu solicitud al registro de consultores, con sus documentos: {held.papers}")
    if held.waits_for:
        lines.append(f"Preguntas de las que esperás respuesta: {held.waits_for}")
    if held.linked_accounts:
        lines.append("Tenés cuentas unidas")
    lines.append(f"Mensajes tuyos guardados: {held.messages}")
    return lines


def _sector_named(code: str) -> str:
    sector = sectors().get(code)
    return sector.title if sector is not None else code


async def _erase_data(here: "Actions", _args: Mapping[str, Any]) -> Mapping[str, str]:
    erased = await erasure.erase(here.session, here.person_id, here.now, answering=here.inbox_ids)
    await notices.post_all(here.session, here.responses, erased.notices)
    kept = f"Sin tu nombre ni tu número quedan: {'; '.join(erased.kept)}. " if erased.kept else ""
    return {"kept": kept}


HANDLERS: Final = {
    "data_held": _data_held,
    "erase_data": _erase_data,
}
