"""Words that owners of small firms use for one another, Salvadoran ones included.

Only words that mean the same in most questions: "taller" is a workshop more often than a course.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from knowledge.text import words

_GROUPS: Final = """
    ruido, bulla, escándalo, sonido, decibeles
    olor, hedor, hiede, apesta, peste, tufo
    luz, electricidad, eléctrica, energía, corriente
    préstamo, crédito, financiamiento, financiar
    pisto, dinero, efectivo, plata
    multa, sanción, castigo, esquela
    basura, desechos, residuos, desperdicios, sobras
    visita, inspección, inspector
    papeles, documentos, requisitos
    renovar, renovación, vence, vigencia, caduca, vencimiento
    informe, reporte
    curso, capacitación, charla
    consultor, asesor, técnico
    cuesta, vale, precio, costo, tarifa, cobran
    tirar, botar, verter, descargar, echar, desechar
    sucia, residual, contaminada
    río, quebrada
    humo, humazón, hollín, chimenea
    cerrar, clausurar, clausura, cierre
    empezar, comenzar, iniciar, abrir
    negocio, empresa, fábrica, industria
    vecino, comunidad, colonia
    denunciar, denuncia, queja, quejan
    trabajador, empleado, operario, personal
    interés, tasa
    banco, financiera
    fiador, garantía
    cerdo, cuche, chancho, porcino
    pollo, gallina, avícola
    dueño, propietario, titular
    ampliar, agrandar, expandir, crecer
    preso, cárcel, prisión
    solar, fotovoltaico, paneles
    foco, lámpara, luminaria, led, iluminación
    fuga, goteo, derrame
    pagar, pago, cancelar
    tardan, tiempo, plazo, demora
    aviso, anuncio, notificación
    desagüe, drenaje, alcantarillado, tubería
    abono, compost
    reciclar, reciclaje, reutilizar
    feriado, asueto, vacación
    sueldo, salario
"""


def _related() -> Mapping[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for line in _GROUPS.strip().splitlines():
        group = words(line)
        for word in group:
            related.setdefault(word, set()).update(other for other in group if other != word)
    return MappingProxyType({word: frozenset(others) for word, others in related.items()})


SYNONYMS: Final = _related()
"""Folded word -> the other words of its groups."""
