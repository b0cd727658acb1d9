"""What failed: parked deliveries and what was due, looked at and run again."""

from typing import Any
from uuid import UUID

from litestar import get, post

from facility.operations.queries import deliveries, steps
from facility.operations.service import parked as service
from facility.operations.words import subject_word
from facility.web.access import Role, allow
from facility.web.carried import whole
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _, ngettext

WHO = allow(Role.ADMINISTRATOR)


@get("/operations/parked", opt={"allow": WHO})
async def parked(view: View, read: Read, before: FromQuery[int | None] = None) -> Page:
    """What failed too often, newest first."""
    lines, older = await deliveries.parked(read, view.me.id, whole(before))
    failed, failed_total = await steps.failed(read)
    return view.page(
        "operations/parked.html",
        parked=lines,
        older=older,
        before=before,
        total=await deliveries.count(read),
        subject_word=subject_word,
        failed=failed,
        failed_total=failed_total,
    )


@post("/operations/parked/again", opt={"allow": WHO})
async def run_all_again(view: View, tx: Tx, form: Form) -> Page:
    """Put all of it back in the queue."""
    Fields(form).check()
    count = await service.run_all_again(tx)
    text = ngettext(
        "{count} thing waits for its turn again.", "{count} things wait for their turn again.", count
    )
    return view.go("/operations/parked", text)


@post("/operations/parked/{delivery_id:int}/again", opt={"allow": WHO})
async def run_again(view: View, tx: Tx, form: Form, delivery_id: FromPath[int]) -> Page:
    """Put one back in the queue."""
    Fields(form).check()
    await service.run_again(tx, whole(delivery_id) or 0)
    return view.go("/operations/parked", _("It is queued again."))


@post("/operations/parked/steps/{step_id:uuid}/again", opt={"allow": WHO})
async def run_step_again(view: View, tx: Tx, form: Form, step_id: FromPath[UUID]) -> Page:
    """Let one thing that was due be tried again at once."""
    Fields(form).check()
    await service.run_step_again(tx, step_id)
    return view.go("/operations/parked", _("It is queued again."))


HANDLERS: list[Any] = [parked, run_all_again, run_again, run_step_again]
