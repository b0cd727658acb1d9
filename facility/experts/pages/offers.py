"""What the forms of a profile offer."""

from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries.institutions import institutions
from facility.accounts.words import country_choices
from facility.experts import words
from facility.experts.forms.profile import Offers
from facility.experts.queries.pool import ExpertShown, themes


async def offers_for(
    connection: AsyncConnection, expert: ExpertShown | None = None, *, staff: bool = False
) -> Offers:
    """With what stands in the profile already. `staff`: with the institutions, which only the secretariat chooses from."""
    languages = dict(words.language_choices())
    for spoken in expert.languages if expert else ():
        languages.setdefault(spoken.language, words.language_name(spoken.language))
    listed = await institutions(connection) if staff else []
    return Offers(
        countries=country_choices(expert.country if expert else ""),
        themes=await themes(connection, retired=expert is not None),
        languages=list(languages.items()),
        institutions=[(str(line.id), f"{line.name} ({line.beneficiary})") for line in listed],
    )
