"""What the rules on money say to people, and the words for kinds of agreement."""

from facility.contracts.rules import UnitCostKind
from facility.web import sentences
from facility.web.i18n import N_

INSTRUMENTS = {
    "contribution_agreement": N_("Contribution agreement"),
    "specific_contract": N_("Specific contract"),
    "grant_agreement": N_("Grant agreement"),
}

UNIT_COSTS = {
    UnitCostKind.FEE: N_("Experts' fees"),
    UnitCostKind.PER_DIEM: N_("Per diem"),
    UnitCostKind.TRAVEL: N_("Travel"),
    UnitCostKind.VENUE: N_("Venue"),
    UnitCostKind.INTERPRETATION: N_("Interpretation"),
    UnitCostKind.HOST_FEE: N_("Host fee"),
    UnitCostKind.VISIBILITY: N_("Visibility"),
    UnitCostKind.OTHER: N_("Other"),
}
"""The word of each kind of unit cost, which is also a category of budgets, untranslated."""

MODES = {"indirect": N_("Indirect management"), "direct": N_("Direct management")}

sentences.register(
    {
        # Said by several rooms, and registered in the first of them.
        "same_person": N_(
            "This needs two people. You took the first step, so ask a colleague to take the second."
        ),
        "not_your_proposal": N_("Only the person who proposed this can withdraw it."),
        "proposal_settled": N_(
            "This proposal is no longer open. Somebody has decided on it or withdrawn it."
        ),
        "computed_on_another": N_(
            "The envelope's amount has changed since this was proposed. Propose it again."
        ),
        "enlarging_takes_two": N_(
            "A second person must decide on a larger envelope. Propose it with a reason."
        ),
        "enlargement_proposed": N_(
            "There is already a proposal to enlarge this envelope. It must be decided first."
        ),
        "not_larger": N_("Enter an amount that is larger than what the envelope holds."),
        "negative": N_("Enter an amount that is not below zero."),
        "below_one": N_("Enter a number of at least 1."),
        "donor_twice": N_("Two donors have the same name."),
        "no_money": N_("The donors' amounts add up to zero."),
        "above_agreed": N_("Only EUR {left} of this agreement is left for this envelope."),
        "below_committed": N_(
            "EUR {committed} of this envelope are committed. The amount can't be lower than that."
        ),
        "envelope_name_taken": N_("This agreement has an envelope of that name."),
        "unit_cost_twice": N_("Two rows are about the same unit from the same day. Keep one of them."),
        "unit_cost_reason_missing": N_(
            "There is already a row for this unit from this day. Give the reason for the new row."
        ),
        "envelope_exceeded": N_(
            "The envelope has only EUR {free} left. That is not enough for EUR {amount}."
        ),
    }
)
