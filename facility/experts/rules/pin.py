"""The PIN with which an expert answers sensitive requests. It is known to nobody else: what is stored can't be turned back into it."""

import hashlib
import hmac
import re

from facility.refused import refuse

LENGTH = 6
_RUNS = ("01234567890", "09876543210")


def check_pin(pin: str) -> None:
    """Six digits that are not the first that anybody would try. Refused (invalid): "pin_malformed", "pin_too_simple"."""
    if not re.fullmatch(rf"[0-9]{{{LENGTH}}}", pin):
        refuse("pin_malformed", kind="invalid", field="pin")
    if len(set(pin)) < 3 or any(pin in run for run in _RUNS):
        refuse("pin_too_simple", kind="invalid", field="pin")


def seal(pin: str, salt: bytes) -> bytes:
    """What is stored. Slow on purpose: a twentieth of a second."""
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def fits(pin: str, salt: bytes, sealed: bytes) -> bool:
    """Whether this is the PIN that was sealed."""
    return hmac.compare_digest(seal(pin, salt), sealed)
