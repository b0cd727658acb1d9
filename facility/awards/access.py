"""Who took part in what a complaint contests: a relation for the access guard."""

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
