"""A registry of consultants who never were: numbers say DEMO, addresses lead nowhere."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.registry import rules, standing, sync
from actions.registry.rows import Problem, Reading, RegistryRow

STAFF: Final = "Registro de demostración"
SOURCE: Final = "registro-de-demostracion.xlsx"

_FIRST: Final = timedelta(days=60)
_SECOND: Final = timedelta(days=7)

_PEOPLE: Final = """
Abigaíl Tenorio Quan | persona | auditoria diagnostico | 14
    San Salvador,La Libertad |  | ambas | 35 60 hora
Baltasar Orellana Ixcot | persona | estudio_impacto | 9
    Santa Ana,Ahuachapán,Sonsonate |  | visita | 900 2400 proyecto
Ceiba Verde Consultores | empresa | estudio_impacto diagnostico auditoria | 20
    San Salvador,La Libertad,La Paz,Cuscatlán |  | ambas | 1200 4500 proyecto
Delfina Umaña Sorto | persona | ecoeficiencia energia | 11
    San Salvador,La Paz | panaderia,tortilleria,restaurante | ambas | 30 45 hora
Eleuterio Mancía Cuchilla | persona | aguas | 6
    Usulután,San Vicente,La Paz | camaronera,lacteos | visita | 150 220 dia
Flor de Izote Ambiental | empresa | residuos quimicos | 16
    San Salvador,Santa Ana,La Libertad |  | visita | 700 2600 proyecto
Gamaliel Recinos Tobar | persona | sistemas_gestion auditoria | 5
    San Salvador | plasticos,confeccion | ambas | 40 70 hora
Hortensia Belloso Chicas | persona | financiamiento ecoeficiencia | 22
     |  | distancia | 25 40 hora
Ingeniería Lempa Limpia | empresa | aguas emisiones | 12
    Chalatenango,Cabañas,San Salvador |  | ambas | 800 3000 proyecto
Jacinto Arévalo Menjívar | persona | diagnostico | 8
    Chalatenango |  | visita | 140 180 dia
Karla Quintanar Villeda | persona | energia | 10
    San Miguel,La Unión,Morazán |  | ambas | 35 50 hora
Leocadio Funes Argumedo | persona | estudio_impacto auditoria | 7
    San Miguel,Usulután |  | visita | 1000 2200 proyecto
Maquilishuat Gestión | empresa | sistemas_gestion ecoeficiencia residuos | 18
    San Salvador,La Libertad,Santa Ana,Sonsonate |  | ambas | 45 80 hora
Nohemy Zaldívar Ponce | persona | residuos | 13
    Sonsonate,Ahuachapán | reciclaje,recoleccion | visita | 28 42 hora
Olegario Cubías Landa | persona | emisiones | 4
    San Salvador,La Libertad | taller_mecanico,enderezado_pintura | visita | 160 240 dia
Petronila Escoto Lara | persona | diagnostico ecoeficiencia | 15
    Morazán,San Miguel |  | ambas | 25 40 hora
Quebrada Honda Estudios | empresa | estudio_impacto aguas | 19
    San Vicente,Cabañas,Cuscatlán |  | visita | 950 3800 proyecto
Rutilio Panameño Cea | persona | auditoria | 3
    Santa Ana | beneficio_cafe,cafe_tostado | visita | 180 260 dia
Sihuatl Soluciones | empresa | financiamiento energia | 21
    San Salvador |  | ambas | 50 90 hora
Teodora Majano Rubio | persona | quimicos | 2
    La Libertad,San Salvador | farmaceutica,pinturas,galvanoplastia | ambas | 55 85 hora
Ulises Guandique Paz | persona | aguas diagnostico | 17
    La Unión |  | visita | 130 190 dia
Violeta Nerio Cortez | persona | ecoeficiencia | 12
     | hotel,restaurante,lavanderia | distancia | 30 55 hora
Wenceslao Iraheta Mina | persona | estudio_impacto diagnostico | -2
    La Paz,San Vicente |  | visita | 850 2000 proyecto
Xiomara Barahona Sol | persona | residuos ecoeficiencia | 9
    Cuscatlán,San Salvador |  | ambas |
Yolanda Trigueros Maza | persona | auditoria energia | 11
    Sonsonate,Santa Ana |  | ambas | 38 65 hora
"""
"""Two lines each: name, kind, categories, months that are left; then departments, branches (none
for all of them), whether they come, attend at a distance or both, and fees, where they are told."""


def rows(now: datetime) -> tuple[RegistryRow, ...]:
    """Everybody as the registry has them, their validities told from the day. Pure."""
    day = rules.day_of(now)
    lines = [line.strip() for line in _PEOPLE.strip().splitlines()]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return tuple(_row(place, *pair, day) for place, pair in enumerate(pairs, start=1))


def _row(place: int, first: str, second: str, day: date) -> RegistryRow:
    name, kind, categories, months = (one.strip() for one in first.split("|"))
    departments, branches, how, fees = (one.strip() for one in second.split("|"))
    low, high, unit = fees.split() if fees else (None, None, None)
    valid_to = day + timedelta(days=30 * int(months))
    return RegistryRow(
        registration_number=f"DEMO-{place:03}",
        kind=kind,
        name=name,
        categories=tuple(categories.split()),
        valid_from=valid_to - timedelta(days=730),
        valid_to=valid_to,
        state="vigente",
        sectors=tuple(branches.split(",")) if branches else (),
        departments=tuple(departments.split(",")) if departments else (),
        on_site=how in ("visita", "ambas"),
        remote=how in ("distancia", "ambas"),
        languages=("es", "en") if place % 4 == 0 else ("es",),
        fee_min=None if low is None else int(low),
        fee_max=None if high is None else int(high),
        fee_unit=unit,
        # A domain that is reserved for leading nowhere (RFC 2606).
        email=f"consultor{place:03}@demo.invalid",
    )


async def load(session: AsyncSession, now: datetime) -> bool:
    """Stores the registry as two synchronisations left it, with a conflict that waits, somebody
    suspended, somebody lapsed, and a third proposed; false, and nothing, where any consultant is
    there already: a real registry is not to be taken for gone."""
    if await session.scalar(text("SELECT EXISTS (SELECT 1 FROM consultant)")):
        return False
    everybody = rows(now)
    await _synchronise(session, everybody, now - _FIRST)
    await standing.suspend(
        session, await _of(session, everybody[17]), "Documentos vencidos.", STAFF, now - _FIRST
    )
    # One is no more in the registry: a person has to say what becomes of them.
    await _synchronise(session, everybody[:-1], now - _SECOND)
    await standing.expire(session, now)
    grown = replace(everybody[3], categories=(*everybody[3].categories, "residuos"))
    newer = replace(
        everybody[0], registration_number="DEMO-026", name="Zenón Alfaro Cañénguez", email=None
    )
    problem = Problem(
        28,
        "departamentos",
        "No se conoce el departamento «San Slavador». ¿Quiso decir «San Salvador»?",
    )
    waiting = Reading((*everybody[:3], grown, *everybody[4:-1], newer), (problem,))
    await sync.propose(session, waiting, SOURCE, now - timedelta(hours=2), by=STAFF)
    return True


async def _synchronise(
    session: AsyncSession, listed: tuple[RegistryRow, ...], at: datetime
) -> None:
    run = await sync.propose(session, Reading(listed, ()), SOURCE, at, by=STAFF)
    await sync.apply(session, run.id, at, by=STAFF)


async def _of(session: AsyncSession, row: RegistryRow) -> int:
    found: int = await session.scalar(
        text("SELECT id FROM consultant WHERE registration_number = :number"),
        {"number": row.registration_number},
    )
    return found
