"""Folders of facts and articles, written for a test."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

from knowledge.topics import TOPICS

FACTS = """
instruments:
- id: LMA
  name: Ley del Medio Ambiente
  decree: D.L. 233
  date: '1998-03-02'
  confidence: confirmed
- id: LGRH
  name: Ley General de Recursos Hídricos
  in_force: '2022-07-12'
  confidence: confirmed
- id: RECORDADA
  name: Reglamento de Aguas
  decree: D.E. 39
  confidence: recalled
- id: VIEJA
  name: Norma 13.05.01:18
  date: '2019-04-05'
  confidence: uncertain
facts:
- id: PER-01
  topic: permiso
  text: El MARN tiene 60 días hábiles y 1 128 solicitudes al año, de 20 a 30 %, desde 2025-06-01.
  instrument: LMA
  locator: arts. 19 a 25
  confidence: confirmed
  pending: el plazo podría bajar a 45 días
- id: PER-02
  topic: permiso
  text: Se guarda copia de todo durante tres años.
  instrument: Buenas prácticas
  confidence: recalled
- id: PER-03
  topic: permiso
  text: El plazo es de 9 meses.
  instrument: Sin fuente
  confidence: uncertain
- id: PER-04
  topic: permiso
  text: En 2013 hubo una sanción.
  instrument: Sentencia
  confidence: confirmed
  use: background
- id: PER-05
  topic: multas
  text: Menos graves de 2 a 100 salarios mínimos.
  instrument: LMA
  locator: art. 89
  confidence: confirmed
  use: amounts withheld
- id: PER-06
  topic: permiso
  text: La tarifa fue de 7 dólares.
  instrument: Acuerdo
  confidence: confirmed
  valid_from: 2024-01-01
  valid_to: 2025-12-31
- id: PER-07
  topic: permiso
  text: Grupo A y Grupo B, con Categoría 1 y Categoría 2.
  instrument: LMA
  confidence: recalled
- id: AGU-01
  topic: aguas
  text: La ASA autoriza hasta por 15 años.
  instrument: LGRH
  confidence: confirmed
- id: AGU-02
  topic: aguas
  text: Los valores están por definirse.
  instrument: VIEJA
  confidence: confirmed
- id: AGU-03
  topic: aguas
  text: Hay que tratar el agua en 8 semanas.
  instrument: RECORDADA
  confidence: confirmed
- id: CASO-01
  topic: tecnologia
  text: 'Caso real (lácteos, Panamá): 40,000 dólares de ingreso.'
  instrument: Crítica 2004
  confidence: confirmed
"""

BODY = """
Sí, lo necesitás antes de empezar. [PER-01]

- Guardá copia de todo.
- Preguntá antes. [PER-02]
"""


def write_facts(folder: Path, text: str = FACTS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "facts.yml").write_text(text, encoding="utf-8")
    return folder


def article_text(
    *,
    title: str,
    topic: str,
    next_ids: Iterable[str],
    aliases: Iterable[str],
    more: Iterable[str] = (),
    body: str = BODY,
) -> str:
    lines = ["---", f"title: {title}", f"topic: {topic}", "aliases:"]
    lines += [f"  - {alias}" for alias in aliases]
    lines += [f"next: [{', '.join(next_ids)}]", *more, "---", dedent(body).strip(), ""]
    return "\n".join(lines)


def good_articles(folder: Path, of_each: int = 3) -> dict[str, Path]:
    """Articles without a defect, `of_each` for every topic: id -> file."""
    paths: dict[str, Path] = {}
    for topic in TOPICS:
        name = topic.replace("_", "-")
        ids = [f"{name}-{letter}" for letter in "abcdefghi"[:of_each]]
        for article_id in ids:
            path = folder / topic / f"{article_id}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                article_text(
                    title=f"¿Qué hay de {article_id}?",
                    topic=topic,
                    next_ids=[other for other in ids if other != article_id][:2],
                    aliases=[f"{word} {article_id}" for word in ("a1", "b1", "c1", "d1", "e1")],
                ),
                encoding="utf-8",
            )
            paths[article_id] = path
    return paths
