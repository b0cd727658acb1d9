"""What a complete application says, and what whoever hands it in declares."""

from facility.applications.rules.submission import DECLARATIONS
from facility.forms.checks import Answers

SIGNED = dict.fromkeys(DECLARATIONS, "yes") | {"signatory_name": "Omar Hoxha", "signatory_function": "Head"}
ANSWERED: dict[str, Answers] = {
    "ask": {"summary": "A workshop", "plan": "Three days"},
    "casework": {"casework_origin": "Unanswered requests"},
    "themes": {"themes": ["X.JIT"]},
}
