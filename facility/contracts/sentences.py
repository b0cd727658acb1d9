"""What the rules on money say to people, and the words for kinds of agreement."""

from facility.web import sentences
from facility.web.i18n import N_

INSTRUMENTS = {
    "contribution_agreement": N_("Contribution agreement"),
    "specific_contract": N_("Specific contract"),
    "grant_agreement": N_("Grant agreement"),
}

MODES = {"indirect": N_("Indirect management"), "direct": N_("Direct management")}

sentences.register(
    {
        # Said by several rooms, and registered in the first of them.
        "same_person": N_(
            "Two people are needed for this: whoever took the first step cannot take the second. Ask a colleague."
        ),
        "negative": N_("Enter an amount that is not below zero."),
        "below_one": N_("Enter a number of at least 1."),
        "donor_twice": N_("Two donors have the same name."),
        "no_money": N_("The donors' amounts sum to nothing."),
        "above_agreed": N_("The donors of this agreement leave EUR {left} for this envelope."),
        "below_committed": N_(
            "EUR {committed} of this envelope are committed; it cannot become smaller than that."
        ),
        "envelope_name_taken": N_("This agreement has an envelope of that name."),
        "envelope_exceeded": N_("The envelope has EUR {free} left; EUR {amount} do not fit."),
    }
)
