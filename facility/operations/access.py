"""Who reads the audit trail and the mails; what concerns an application is closed to whoever has a conflict of interests on it."""

from facility.evaluation.access import recusal
from facility.web.access import Role, allow, shuts_out

READS_TRAIL = allow(Role.AUDITOR, Role.ADMINISTRATOR)
READS_MAILS = allow(Role.ADMINISTRATOR, Role.SECRETARIAT)

shuts_out(
    recusal(
        "subject.recused",
        """SELECT CAST(:subject_id AS uuid)
        UNION ALL SELECT application_id FROM award WHERE id = :subject_id
        UNION ALL SELECT application_id FROM activity WHERE id = :subject_id
        UNION ALL SELECT application_id FROM deployment WHERE id = :subject_id""",
    ),
    where="subject_id",
)
shuts_out(
    recusal(
        "mail.recused",
        """SELECT subject_id FROM mail WHERE id = :mail_id
        UNION ALL SELECT award.application_id FROM mail JOIN award ON award.id = subject_id WHERE mail.id = :mail_id
        UNION ALL SELECT activity.application_id FROM mail JOIN activity ON activity.id = subject_id WHERE mail.id = :mail_id
        UNION ALL SELECT deployment.application_id FROM mail JOIN deployment ON deployment.id = subject_id
            WHERE mail.id = :mail_id""",
    ),
    where="mail_id",
)
