"""The fixed words that sort facts and articles, with the titles people read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TOPICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "permiso": "Permiso ambiental",
        "aguas": "Aguas residuales",
        "residuos": "Residuos y basura",
        "peligrosos": "Desechos peligrosos",
        "aire_ruido": "Aire, humo y ruido",
        "multas": "Multas y sanciones",
        "inspeccion": "Inspecciones",
        "energia": "Ahorro de energía",
        "agua_ahorro": "Ahorro de agua",
        "residuos_reduccion": "Menos residuos",
        "tecnologia": "Tecnología limpia",
        "gestion": "Gestión ambiental",
        "credito": "Crédito ambiental",
        "credito_requisitos": "Requisitos de crédito",
        "consultores": "Consultores",
        "reporte": "Informes al ministerio",
        "capacitacion": "Capacitación",
        "anuncios": "Avisos del ministerio",
        "institucion": "MARN y otras instituciones",
    }
)
"""Topic word -> short Spanish title. The words are keys in files and databases: never renamed."""

TASKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "escaneo": "Medir mi ecoeficiencia",
        "credito": "Ver si califico a crédito",
        "cita": "Buscar consultor",
        "reporte": "Mandar un informe",
    }
)
"""Word of a task that an article may lead to -> the button's title, at most 24 characters."""
