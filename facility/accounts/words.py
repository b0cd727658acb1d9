"""What the rules of accounts say to people, and the words for roles, states and kinds of institution."""

from babel import Locale

from facility.accounts.rules.accounts import Status
from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.accounts.rules.institutions import Kind, Standing
from facility.designations import beneficiaries
from facility.web import filters, sentences
from facility.web.access import Role
from facility.web.i18n import N_, SOURCE, _, language

NAME_MISSING = N_("Enter the name of the person.")
OWN_NAME_MISSING = N_("Enter your name.")
INSTITUTION_MISSING = N_("Enter the name of the institution.")

ROLES = {
    Role.OFFICER: N_("Officer of an institution"),
    Role.SECRETARIAT: N_("Secretariat"),
    Role.ASSESSOR: N_("Assessor"),
    Role.AUTHORISING: N_("Authorising officer"),
    Role.COMMISSION: N_("European Commission"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

STATES = {
    Status.PENDING: (N_("Waiting for approval"), "wait"),
    Status.ACTIVE: (N_("Active"), "ok"),
    Status.DECLINED: (N_("Declined"), "bad"),
    Status.DEACTIVATED: (N_("Closed"), "plain"),
}
"""The word of each state, and the kind of its tag."""

STANDINGS = {
    Standing.PENDING: (N_("Not checked yet"), "wait"),
    Standing.APPROVED: (N_("Accepted"), "ok"),
    Standing.DECLINED: (N_("Off the list"), "plain"),
    Standing.MERGED: (N_("Merged"), "plain"),
}
"""The word of each standing of an institution, and the kind of its tag."""

KINDS = {
    Kind.POLICE: N_("Police"),
    Kind.PROSECUTION: N_("Prosecution service"),
    Kind.COURT: N_("Court"),
    Kind.BORDER: N_("Border authority"),
    Kind.CUSTOMS: N_("Customs"),
    Kind.FIU: N_("Financial intelligence unit"),
    Kind.DPA: N_("Data protection authority"),
    Kind.MOI: N_("Ministry of Interior"),
    Kind.MOJ: N_("Ministry of Justice"),
    Kind.CERT: N_("Computer emergency response team"),
    Kind.PRISON: N_("Prison service"),
    Kind.CSO: N_("Civil society organisation"),
    Kind.TRAINING: N_("Training institution"),
}

sentences.register(
    {
        "account_unknown": N_("There is no account with this mail address."),
        "account_itself": N_("This is the address of this account. Enter that of the other one."),
        "accounts_joined": N_("These accounts are the same person’s already."),
        "address_taken": N_("There is an account with this mail address already."),
        "role_not_yours_to_give": N_("You can't give or remove this role."),
        "role_missing": N_("Choose at least one role."),
        "roles_exclude_each_other": N_(
            "These roles can't be combined. People who apply, decide, administer or audit can't have another role."
        ),
        "officer_needs_institution": N_(
            "Officers need an institution. People in other roles can't have one."
        ),
        "registration_decided": N_("This registration has been decided already."),
        "account_not_active": N_("This account is not active."),
        "account_own": N_("You cannot do this to your own account. Ask somebody else."),
        "account_last_administrator": N_(
            "This is the last administrator. Give the role to somebody else first."
        ),
        "account_not_deactivated": N_("This account is not closed."),
        "institution_known": N_("This institution is on the list already, as {name}."),
        "name_without_letters": N_("Write the name in letters."),
        "name_unchanged": N_("This is already its name."),
        "institution_decided": N_("Somebody has already decided on this institution."),
        "institution_closed": N_("This entry is no longer on the list and can't be changed."),
        "institution_in_use": N_(
            "This entry has officers or applications. Merge it into the right entry instead."
        ),
        "merge_itself": N_("You can't merge an entry into itself. Choose another one."),
        "merge_into_pending": N_("Choose an accepted entry."),
        "merge_across": N_(
            "These two institutions belong to different beneficiaries. Correct the beneficiary first."
        ),
        "merge_together": N_(
            "Both take part in {applications}. One of them must leave before you can merge the entries."
        ),
        "merge_together_unseen": N_(
            "Both take part in an application that is a draft or still sealed. You can merge them once one of them has left it."
        ),
        "beneficiary_fixed": N_(
            "The beneficiary can't be changed because the institution takes part in applications."
        ),
        "signatory_ended": N_("This power to sign has ended already."),
        "signatory_ends_early": N_("The last day cannot be before the first, {since}."),
        "institution_unknown": N_("Choose an institution on the list."),
        "beneficiary_unknown": N_("Choose a beneficiary on the list."),
        "kind_unknown": N_("Choose a kind of institution on the list."),
    }
)


_NEIGHBOURS = ("AL", "BA", "CH", "GB", "IS", "LI", "MD", "ME", "MK", "NO", "RS", "TR", "UA", "XK")

PLACES = EU_MEMBER_STATES | frozenset(_NEIGHBOURS)
"""The codes that forms offer."""


def country_name(code: str) -> str:
    """The name of the country; of a beneficiary the one that stands everywhere. The footnote of an asterisk is on every page."""
    for beneficiary in beneficiaries():
        if beneficiary.code == code:
            return beneficiary.display
    locale = Locale.parse("en_GB" if language() == SOURCE else language())
    return str(locale.territories.get(code, code)).replace("&", "and")


def country_choices(*also: str) -> list[tuple[str, str]]:
    """The 27 Member States by name, then some other countries and those in `also`."""
    codes = {code for code in (*_NEIGHBOURS, *also) if code and code not in EU_MEMBER_STATES}
    others = [(code, _("{country} (outside the 27)", country=name)) for code, name in _by_name(codes)]
    return _by_name(EU_MEMBER_STATES) + others


def place_choices() -> list[tuple[str, str]]:
    """Codes and names of all places that forms offer, by name."""
    return _by_name(PLACES)


def _by_name(codes: frozenset[str] | set[str]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


filters.register("country", country_name)
