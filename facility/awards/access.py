"""Who leads the application of a letter, and who took part in what a complaint contests: relations for the access guard."""

from facility.awards.queries.complaints import TOOK_PART_SQL
from facility.evaluation.access import recusal
from facility.web.access import relation, shuts_out

TOOK_PART = relation(
    "complaint.took_part",
    sql=f"EXISTS (SELECT FROM complaint WHERE complaint.id = :complaint_id AND {TOOK_PART_SQL})",
    exists="EXISTS (SELECT FROM complaint WHERE id = :complaint_id)",
)
shuts_out(
    recusal("complaint.recused", "SELECT application_id FROM complaint WHERE id = :complaint_id"),
    where="complaint_id",
)

LETTER_LEAD = relation(
    "letter.lead",
    sql="""EXISTS (
        SELECT FROM letter JOIN application ON application.id = letter.application_id
        WHERE letter.id = :letter_id AND application.lead_institution_id = :institution_id)""",
    exists="EXISTS (SELECT FROM letter WHERE id = :letter_id)",
)
"""An officer of the institution that leads the application which the letter is about."""

shuts_out(
    recusal("letter.recused", "SELECT application_id FROM letter WHERE id = :letter_id"), where="letter_id"
)
shuts_out(recusal("award.recused", "SELECT application_id FROM award WHERE id = :award_id"), where="award_id")
