"""Invented staff for trying the console; their password is known to all who read this."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from actions.staff import passwords
from actions.staff.permissions import Role

DOMAIN: Final = "@demo.example"
PASSWORD: Final = "torogoz de prueba"  # noqa: S105 - it is printed at every start
NAMES: Final = {
    Role.ADMINISTRATION: "Ana Administración",
    Role.EDITING: "Elena Edición",
    Role.REVIEW: "Raúl Revisión",
    Role.COMMUNICATION: "Carlos Comunicación",
    Role.ATTENTION: "Tania Atención",
    Role.READING: "Luis Lectura",
}
EMAILS: Final = tuple(f"{role.value}{DOMAIN}" for role in NAMES)


async def load(session: AsyncSession) -> bool:
    """Makes an account for each role; false when they are there already."""
    if await session.scalar(text("SELECT 1 FROM staff WHERE email = :email"), {"email": EMAILS[0]}):
        return False
    kept = await passwords.hashed(PASSWORD)
    for role, name in NAMES.items():
        await session.execute(
            text(
                "INSERT INTO staff (email, name, roles, password_hash) "
                "VALUES (:email, :name, :roles, :hash) ON CONFLICT DO NOTHING"
            ),
            {"email": f"{role.value}{DOMAIN}", "name": name, "roles": [role.value], "hash": kept},
        )
    return True
