"""The taxonomy of themes, kept by an administrator: a theme is added, changed, retired; none is deleted."""

from uuid import UUID

from sqlalchemy import delete, select

from facility.db import Tx, new_id
from facility.events.log import record
from facility.experts.events.pool import ThemeAdded, ThemeChanged, ThemeRestored, ThemeRetired
from facility.experts.models.profile import Theme
from facility.experts.models.taxonomy import ThemeCycle
from facility.experts.rules.taxonomy import Cycle, ThemeDraft, check_theme
from facility.refused import refuse


async def enter_theme(tx: Tx, draft: ThemeDraft) -> Theme:
    """Add a theme. Refused (invalid): as check_theme, "theme_code_taken"."""
    check_theme(draft)
    if await tx.session.get(Theme, draft.code):
        refuse("theme_code_taken", kind="invalid", field="code")
    theme = Theme(id=new_id(), code=draft.code, name=draft.name, emergency=draft.emergency, active=True)
    tx.add(theme)
    await tx.flush()
    await _write_cycles(tx, draft)
    await record(tx, ThemeAdded(theme_id=theme.id, code=theme.code))
    return theme


async def change_theme(tx: Tx, theme_id: UUID, draft: ThemeDraft) -> None:
    """Replace name, flag and cycles; nothing happens when nothing differs.

    Refused (invalid): as check_theme, "theme_code_fixed": records keep the code.
    """
    theme = await lock_theme(tx, theme_id)
    if draft.code != theme.code:
        refuse("theme_code_fixed", kind="invalid", field="code")
    check_theme(draft)
    changed = [name for name in ("name", "emergency") if getattr(theme, name) != getattr(draft, name)]
    theme.name, theme.emergency = draft.name, draft.emergency
    if set(draft.cycles) != set(await _cycles(tx, theme.code)):
        await tx.session.execute(delete(ThemeCycle).where(ThemeCycle.theme_code == theme.code))
        await _write_cycles(tx, draft)
        changed.append("cycles")
    if changed:
        await record(tx, ThemeChanged(theme_id=theme.id, fields=changed))


async def retire_theme(tx: Tx, theme_id: UUID) -> None:
    """Nobody chooses it any more; it stays where it was chosen. Refused: "theme_retired"."""
    theme = await lock_theme(tx, theme_id)
    if not theme.active:
        refuse("theme_retired")
    theme.active = False
    await record(tx, ThemeRetired(theme_id=theme.id))


async def restore_theme(tx: Tx, theme_id: UUID) -> None:
    """It can be chosen again. Refused: "theme_active"."""
    theme = await lock_theme(tx, theme_id)
    if theme.active:
        refuse("theme_active")
    theme.active = True
    await record(tx, ThemeRestored(theme_id=theme.id))


async def lock_theme(tx: Tx, theme_id: UUID) -> Theme:
    """The theme as it is now, locked; it can still be chosen meanwhile. Raises Refused (missing)."""
    query = select(Theme).where(Theme.id == theme_id).with_for_update(key_share=True)
    theme = (await tx.session.scalars(query.execution_options(populate_existing=True))).first()
    if theme is None:
        refuse("not_found", kind="missing", what="theme")
    return theme


async def _cycles(tx: Tx, code: str) -> list[Cycle]:
    rows = await tx.session.scalars(select(ThemeCycle).where(ThemeCycle.theme_code == code))
    return [Cycle(row.first_year, row.last_year, row.priority) for row in rows]


async def _write_cycles(tx: Tx, draft: ThemeDraft) -> None:
    tx.add(
        *(
            ThemeCycle(
                theme_code=draft.code,
                first_year=cycle.first_year,
                last_year=cycle.last_year,
                priority=cycle.priority,
            )
            for cycle in draft.cycles
        )
    )
    await tx.flush()
