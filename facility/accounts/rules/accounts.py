"""Who may have which role and account, and how long sign-in lasts."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from facility.refused import refuse


class Status(StrEnum):
    """Where an account is. Only an active one can sign in."""

    PENDING = "pending"
    ACTIVE = "active"
    DECLINED = "declined"
    DEACTIVATED = "deactivated"


OFFICER, SECRETARIAT, ADMINISTRATOR = "officer", "secretariat", "administrator"


AUTHORISING, ASSESSOR, COMMISSION, AUDITOR = "authorising", "assessor", "commission", "auditor"


MAY_GIVE = {
    SECRETARIAT: frozenset({OFFICER, ASSESSOR, SECRETARIAT, COMMISSION}),
    ADMINISTRATOR: frozenset({SECRETARIAT, ASSESSOR, AUTHORISING, COMMISSION, AUDITOR, ADMINISTRATOR}),
}
"""Who may give which role. The authorising officer decides on what the secretariat proposes, so the secretariat
can't make one."""


_ALONE = frozenset({ADMINISTRATOR, AUTHORISING, COMMISSION, AUDITOR, OFFICER})
"""Roles that go with no other: who administers, decides, watches or applies does nothing else (four eyes)."""


SIGN_IN_WITHIN = timedelta(minutes=15)


REGISTER_WITHIN = timedelta(hours=24)


INVITATION_LASTS = timedelta(days=7)


SESSION_LASTS = timedelta(hours=12)


COOKIE_LASTS = timedelta(days=2)
"""Longer than the session: who sends a long form after its end is known by the cookie, and gets the form back."""


CODE_ATTEMPTS = 5
"""Codes that are taken for one request. Its link stays good: nobody has it but the reader of the mail."""


CODES_AN_HOUR = 25
"""Codes that are taken for one account in an hour, for all its requests together, whoever tries. Links stay good."""


MAILS_AT_A_TIME = 12
"""Requests of one account that are good at the same time, and mails of one kind to one address within `SIGN_IN_WITHIN`. As
many as that takes several strangers; then there are so many good links in the mailbox that nobody is locked out."""


def may_give(giver: Iterable[str], role: str) -> None:
    """Raises Refused (forbidden) when no role of the giver allows to give this one."""
    if not any(role in MAY_GIVE.get(own, frozenset()) for own in giver):
        refuse("role_not_yours_to_give", kind="forbidden", field="role")


def compatible(roles: Iterable[str]) -> None:
    """Raises Refused (invalid) for no role at all, or for several of which one excludes all others."""
    held = set(roles)
    if not held:
        refuse("role_missing", kind="invalid", field="roles")
    if len(held) > 1 and held & _ALONE:
        refuse("roles_exclude_each_other", kind="invalid", field="roles")


def may_decide_registration(status: str) -> None:
    """A registration is approved or declined once. Raises Refused (conflict)."""
    if status != Status.PENDING:
        refuse("registration_decided")


def may_deactivate(
    *, actor: object, account: object, status: str, other_administrators: int, administrator: bool
) -> None:
    """Nobody locks themselves out, and one administrator stays. Raises Refused (conflict)."""
    if status != Status.ACTIVE:
        refuse("account_not_active")
    if actor == account:
        refuse("account_own")
    if administrator and other_administrators == 0:
        refuse("account_last_administrator")


def may_reactivate(status: str) -> None:
    """Raises Refused (conflict) unless the account was deactivated."""
    if status != Status.DEACTIVATED:
        refuse("account_not_deactivated")


def code_of(token: str) -> str:
    """The six digits that stand in the mail beside the link: from the link's token, so that neither is stored."""
    digest = hashlib.sha256(b"code:" + token.encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def initials(name: str) -> str:
    """Of the first and the last word of a name: "MV"."""
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0].upper() for word in ([words[0], words[-1]] if len(words) > 1 else words))
