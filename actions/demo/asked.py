"""Which articles the demo's people ask for."""

from collections.abc import Iterable
from typing import Final

USUAL: Final = (
    "permiso-quien-lo-necesita",
    "permiso-cuanto-cuesta",
    "permiso-pasos",
    "permiso-cuanto-tarda",
    "aguas-trampa-de-grasa",
    "peligrosos-aceite-usado",
    "permiso-ya-opero-sin-permiso",
    "energia-luces-led",
    "residuos-quien-recoge",
    "credito-que-hay",
    "multas-por-no-tener-permiso",
    "inspeccion-que-tener-listo",
    "aguas-al-alcantarillado",
    "energia-por-donde-empezar",
    "residuos-separar",
    "consultores-registro",
    "credito-tasas-y-plazos",
    "peligrosos-que-son",
    "reporte-informe-anual",
    "agua-ahorro-por-donde-empezar",
    "aire-ruido-humo",
    "permiso-formulario-en-linea",
    "aguas-fosa-septica",
    "credito-requisitos-documentos",
    "residuos-vender-reciclables",
    "multas-me-pueden-cerrar",
    "energia-paneles-solares",
    "inspeccion-por-que-vienen",
    "agua-ahorro-fugas",
    "consultores-cuanto-cobran",
    "reporte-atrasado",
    "peligrosos-almacenar",
    "capacitacion-que-hay",
    "aire-ruido-vecinos",
    "aguas-pozo",
    "residuos-organicos",
    "gestion-por-donde-empezar",
    "credito-requisitos-permiso",
    "institucion-contactar",
    "energia-motores-variadores",
    "residuos-reduccion-por-donde-empezar",
    "anuncios-recibir-avisos",
    "peligrosos-a-quien-entregar",
    "aguas-que-exigen",
    "institucion-quien-hace-que",
    "permiso-grupos",
)
"""Ids, what is asked most first."""

_OF_BRANCHES: Final = "tecnologia-"
_SELDOM: Final = ("-desperdicios", "-indicadores")
"""How the ids end of those that hardly anybody asks for."""


def of_branches(known: Iterable[str]) -> list[str]:
    """The ids among these of articles that are written for branches of industry."""
    return sorted(
        one for one in known if one.startswith(_OF_BRANCHES) and not one.endswith(_SELDOM)
    )
