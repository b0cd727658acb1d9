"""Commands of the awards. Lock order: envelope, call, applications by id; then awards and places.

The envelope's lock guards every award and every place on a reserve list that draws on it: nothing of them changes
without it, so that money can be counted before applications are locked.
"""

from facility.awards.service.deciding import decide, propose, take_back
from facility.awards.service.ending import (
    close_award,
    end_ineligible,
    propose_closing,
    serve_envelope,
    standing_award,
    withdraw_award,
)
from facility.awards.service.enlargement import agree_to_enlargement
from facility.awards.service.withdrawal import (
    agree_to_withdrawal,
    propose_withdrawal,
    settle_withdrawal,
)

__all__ = [
    "agree_to_enlargement",
    "agree_to_withdrawal",
    "close_award",
    "decide",
    "end_ineligible",
    "propose",
    "propose_closing",
    "propose_withdrawal",
    "serve_envelope",
    "settle_withdrawal",
    "standing_award",
    "take_back",
    "withdraw_award",
]
