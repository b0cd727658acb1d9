"""The time to assistance: from the request to experts on the spot, as figures, a picture, a list of missed targets and a table."""

from litestar import get

from facility import clock
from facility.deployments.access import READERS
from facility.deployments.queries.assistance import courses
from facility.deployments.rules import assistance as rules
from facility.deployments.words import STAGES, URGENCIES, causes_in_words
from facility.web import sheets
from facility.web.handler import FromQuery, Page, Read, View
from facility.web.i18n import _, translated
from facility.zone import BRUSSELS

DAY = 86400


@get("/deployments/times", opt=READERS)
async def times(view: View, read: Read, year: FromQuery[int | None] = None) -> Page:
    """Medians with their n by urgency, and the targets that were missed; of all requests, or of those of a year."""
    now = clock.now()
    known = await courses(read, view.me.id, now)
    years = sorted({course.requested_at.astimezone(BRUSSELS).year for course in known}, reverse=True)
    chosen = year if year in years else None
    shown = [c for c in known if chosen is None or c.requested_at.astimezone(BRUSSELS).year == chosen]
    return view.page(
        "deployments/times.html",
        lines=rules.figures(shown, now),
        missed=[
            (course, causes_in_words(rules.causes(course, now))) for course in shown if course.breached(now)
        ],
        n=len(shown),
        years=years,
        chosen=chosen,
        stages=STAGES,
        urgencies=URGENCIES,
    )


@get("/deployments/times.csv", opt=READERS)
async def export(view: View, read: Read) -> Page:
    """Every request with its course, in days from the request."""
    now = clock.now()
    head = [
        _("Deployment"),
        _("Urgency"),
        _("Requested"),
        *(_("Days to: {stage}", stage=translated(word)) for word in STAGES.values()),
        _("Target, days"),
        _("Target missed"),
        _("Causes"),
    ]
    rows = [
        [
            course.reference,
            translated(URGENCIES[course.urgency]),
            course.requested_at.isoformat(),
            *(
                f"{after.total_seconds() / DAY:.2f}" if (after := course.after(stage)) else ""
                for stage in rules.STAGES
            ),
            course.target_days,
            _("yes") if course.breached(now) else _("no") if course.due else "",
            "; ".join(causes_in_words(rules.causes(course, now))) if course.breached(now) else "",
        ]
        for course in await courses(read, view.me.id, now)
    ]
    return view.download(sheets.to_csv(head, rows), "times.csv", sheets.CSV)


HANDLERS = [times, export]
