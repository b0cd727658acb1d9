"""What the demo's people wrote. All of it is fictitious."""

PAST_TEXTS = {
    "call": (
        "The facility supports joint, practice-oriented activities of law-enforcement and judicial authorities of at "
        "least two Western Balkans beneficiaries: workshops, seminars, internships and study trips that arise from "
        "concrete casework. Support is given in kind, up to the amount awarded."
    ),
    "A": (
        "Investigators and prosecutors of three beneficiaries learn how to set up and run a joint investigation team "
        "on firearms trafficking, with colleagues who have led such teams.\n\n"
        "A three-day workshop in Tirana with two experts from Member States, followed by a study trip to a Member "
        "State's joint investigation team office. Each partner sends investigators and prosecutors who work together "
        "afterwards.\n\n"
        "Parallel investigations of the same supply routes were run in three places without a joint team, and "
        "evidence could not be shared in time."
    ),
    "B": (
        "Analysts of two authorities learn to use SIENA for structured exchange, and work for a month beside "
        "colleagues of the other authority.\n\n"
        "A workshop for twenty analysts and an internship of one month.\n\n"
        "Requests went unanswered because they were sent by several channels and in different structures."
    ),
    "C": (
        "A seminar on how radicalisation on the internet is recognised, with coordinators and front-line staff.\n\n"
        "Two days, forty participants, three speakers from Member States.\n\n"
        "Referrals from schools and social services came without the facts that investigators need."
    ),
    "N1": (
        "A seminar on risk analysis at border crossings.\n\n"
        "Two days at the crossing, thirty participants.\n\n"
        "Controls on the two sides of one crossing follow different risk profiles."
    ),
    "N2": (
        "A seminar on new routes of drugs trafficking.\n\n"
        "Three days, twenty-five participants from both authorities.\n\n"
        "Seizures on both sides of the border point to the same routes."
    ),
    "N3": (
        "A workshop on the control of sea containers.\n\n"
        "Three days in the port, with inspections.\n\n"
        "Risk indicators are not shared between the ports."
    ),
    "N4": (
        "Mentoring of prosecutors in mutual legal assistance.\n\n"
        "An expert of a Member State works beside six prosecutors for a week.\n\n"
        "Requests for assistance are returned because formal requirements are missed."
    ),
}

EXPERTS = {
    "X01": ("Francesca Conti", "francesca.conti@police.example"),
    "X02": ("Jonas Richter", "jonas.richter@justice.example"),
    "X03": ("Ivan Horvat", "ivan.horvat@police.example"),
    "X04": ("Sanne de Vries", "sanne.devries@police.example"),
    "X05": ("Claire Moreau", "claire.moreau@ministry.example"),
    "X06": ("Javier Ortega", "javier.ortega@police.example"),
    "X07": ("Maja Kovač", "maja.kovac@analysis.example"),
    "X08": ("Andrei Popescu", "andrei.popescu@police.example"),
    "X09": ("Marco Bianchi", "marco.bianchi@justice.example"),
    "X10": ("Nikola Savić", "nikola.savic@police.example"),
}

WHY_ALONE = (
    "The central authority was set up this year and is the only one of the region without trained staff. Until its people "
    "know the procedures, requests of all its neighbours wait; a joint application would train those who need it least."
)
CALL_TEXT = (
    "The facility pays for joint activities of law-enforcement and judicial authorities: workshops and seminars on "
    "topics from concrete casework, internships, and study trips. Authorities of at least two Western Balkans "
    "beneficiaries apply together. Support is given in kind: experts, travel, venue, interpretation.\n\n"
    "Describe the casework behind your request without any case data, and enter no classified information."
)
