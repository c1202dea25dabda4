"""Firms that never were: names that are no words, so that they can be nobody's."""

from dataclasses import dataclass
from typing import Final, Literal

Channel = Literal["web", "whatsapp", "telegram"]


@dataclass(frozen=True, slots=True)
class Invented:
    """A firm as its owner told it; ``sector`` is an id of knowledge.sectors, ``sales`` dollars a
    year (None: not told), ``permit`` what is stored for it."""

    name: str
    sector: str
    workers: int
    sales: int | None
    district: str
    department: str
    permit: str
    channel: Channel


_ROWS: Final = """
Panadería Chilamatal del Nubarú|panaderia|8|92000|Apopa|San Salvador|none|web
Panadería y Repostería Zumpalí|panaderia|14|168000|Santa Ana|Santa Ana|in_process|whatsapp
Pan Dulce Tintolí|panaderia|4|31000|Cojutepeque|Cuscatlán|unknown|web
Lácteos Vaquilupe|lacteos|22|410000|Sensuntepeque|Cabañas|has_permit|whatsapp
Quesería Moronguí|lacteos|6|74000|Sonsonate|Sonsonate|none|web
Quesillos Trebolandia del Norte|lacteos|9||Metapán|Santa Ana|unknown|telegram
Taller Mecánico Torquemil|taller_mecanico|5|58000|Ilopango|San Salvador|none|web
Taller Bujillón|taller_mecanico|3|27000|San Miguel|San Miguel|unknown|whatsapp
Taller Los Pistonudos de Oriente|taller_mecanico|7|83000|Usulután|Usulután|in_process|whatsapp
Autoeléctrico Chispirrín|taller_electrico|4|39000|Soyapango|San Salvador|none|web
Enderezado y Pintura Carroluz|enderezado_pintura|6|66000|Colón|La Libertad|none|telegram
Imprenta Tipolín|imprenta|11|145000|San Salvador|San Salvador|has_permit|web
Gráficos Serigrá Cuzcachapa|imprenta|5|52000|Santa Tecla|La Libertad|unknown|whatsapp
Rótulos Coloramio|imprenta|8||San Miguel|San Miguel|none|web
Curtiembre Pielora|curtiembre|19|320000|Santa Ana|Santa Ana|in_process|whatsapp
Cueros Badanilla|curtiembre|12|197000|Sonsonate|Sonsonate|none|web
Beneficio Cafetalón Altanube|beneficio_cafe|34|890000|Juayúa|Sonsonate|has_permit|whatsapp
Beneficio Húmedo Granalinda|beneficio_cafe|16|260000|Apaneca|Ahuachapán|in_process|web
Café Tostado Humotique|cafe_tostado|7|118000|Ahuachapán|Ahuachapán|unknown|telegram
Tortillería Comalitos de Nejapín|tortilleria|6|44000|Nejapa|San Salvador|none|whatsapp
Molino Nixtamaluco|molino|3|22000|Suchitoto|Cuscatlán|none|web
Embutidos Chorizandia|embutidos|15|275000|Quezaltepeque|La Libertad|in_process|whatsapp
Pollos Plumarrica|avicola_matanza|28|610000|San Juan Opico|La Libertad|has_permit|web
Granja Huevolandia del Sur|granja_avicola|13|233000|Olocuilta|La Paz|in_process|whatsapp
Porcinos Trompicón|granja_porcina|9|121000|San Vicente|San Vicente|none|web
Camaronera Jiquiluma|camaronera|17|305000|Jiquilisco|Usulután|has_permit|whatsapp
Panela Dulcinal|panela|10|69000|Verapaz|San Vicente|none|web
Ladrillera Barrotinto|ladrillera|12|88000|Nahuizalco|Sonsonate|unknown|whatsapp
Ladrillos Hornifuego|ladrillera|7|51000|Ilobasco|Cabañas|none|telegram
Cerámica Barromanía|ceramica|8|63000|Ilobasco|Cabañas|unknown|web
Muebles Cedrolindo|muebles|9|104000|Santa Tecla|La Libertad|none|whatsapp
Carpintería Formonera|muebles|4|36000|Chalatenango|Chalatenango|none|web
Aserradero Trozalote|aserradero|11|152000|La Palma|Chalatenango|in_process|whatsapp
Confecciones Hilarenca|confeccion|42|520000|San Marcos|San Salvador|unknown|web
Tintorería Añilandia|tintoreria|13|189000|Soyapango|San Salvador|none|whatsapp
Lavandería Espumarola|lavanderia|8|97000|San Salvador|San Salvador|none|web
Jabones Burbujal|jabon_limpieza|6|71000|Zacatecoluca|La Paz|unknown|whatsapp
Plásticos Soplarín|plasticos|24|480000|Soyapango|San Salvador|has_permit|web
Galvanizados Cincolor|galvanoplastia|9|134000|San Salvador|San Salvador|in_process|whatsapp
Comedor y Hostal Marisombra|restaurante|12|158000|La Libertad|La Libertad|none|web
"""


def _read(row: str) -> Invented:
    name, sector, workers, sales, district, department, permit, channel = row.split("|")
    places: dict[str, Channel] = {"web": "web", "whatsapp": "whatsapp", "telegram": "telegram"}
    return Invented(
        name,
        sector,
        int(workers),
        int(sales) if sales else None,
        district,
        department,
        permit,
        places[channel],
    )


FIRMS: Final = tuple(_read(row) for row in _ROWS.strip().splitlines())
