"""Whether a bundle is what it says: its format, its digests, and whether ranking, line and reserve follow from scores and rules."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from facility.awards.rules.bundle import Bundle, digest_of, root_of, several, single
from facility.awards.service.comparison import differences
from facility.awards.service.consistency import contradictions, misfits
from facility.data import DATA
from facility.formats.mistakes import Mistake, Path, WrongFile, mistake
from facility.formats.schema import Format
from facility.formats.strict_json import read
from facility.web.i18n import N_, filled, translated
from facility.web.i18n import gettext as _

SCHEMA = (DATA / "ranking.schema.json").read_bytes()
FORMAT = Format(SCHEMA)
MOST = 64_000_000
"""Bytes. A bundle with a thousand applications and five thousand assessments has some 4 MB."""
TOO_LARGE = N_("is too large: at most {most} MB")
NO_BUNDLE = N_("is no ranking bundle: that is a JSON object")
WRONG_DIGEST = N_("its digest does not match its content ({what})")
ANOTHER_RANKING = N_("the records give {computed}, not the {given} that you entered: this is another ranking")


class Verdict(msgspec.Struct, frozen=True):
    """Everything that differs, named by its path. root: what the records give; None where they don't keep to the format."""

    differences: list[Mistake]
    bundle: Bundle | None = None
    root: str | None = None


def verify(raw: bytes, root: str | None = None) -> Verdict:
    """Look at a bundle's bytes. root: what the log, the report or a letter says it is. Raises WrongFile where it is no JSON
    object."""
    if len(raw) > MOST:
        raise WrongFile([mistake((), filled(TOO_LARGE, most=MOST // 1_000_000))])
    file, wrong = read(raw)
    if not isinstance(file, dict):
        raise WrongFile([mistake((), translated(NO_BUNDLE))])
    wrong += FORMAT.mistakes(file)
    digests = list(_digests(file))
    if wrong:
        return Verdict([*wrong, *digests])
    bundle = msgspec.convert(file, Bundle)
    computed = root_of(file)
    content = list(misfits(bundle))
    if not content:
        content = [*contradictions(bundle), *differences(bundle)]
    return Verdict([*digests, *_roots(bundle.root, computed, root), *content], bundle, computed)


def _digests(file: Mapping[str, Any]) -> Iterator[Mistake]:
    for path, record in _records(file):
        if isinstance(record, dict) and record.get("digest") != digest_of(record):
            yield mistake(path, filled(WRONG_DIGEST, what=_what(path, record)))


def _records(file: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for part in single(file):
        yield (part,), file.get(part)
    for part in several(file):
        records = file.get(part)
        yield from (
            ((part, i), record) for i, record in enumerate(records if isinstance(records, list) else ())
        )


def _what(path: Path, record: Mapping[str, Any]) -> str:
    named = [record.get(key) for key in ("reference", "application", "assessor")]
    return " ".join(name for name in named if isinstance(name, str)) or str(path[0])


def _roots(stated: str, computed: str, given: str | None) -> Iterator[Mistake]:
    if stated != computed:
        message = _(
            "the records give {computed}, the bundle says {stated}: a record was changed, added, left out or moved",
            computed=computed,
            stated=stated,
        )
        yield mistake(("root",), message)
    if given is not None and given != computed:
        yield mistake(("root",), filled(ANOTHER_RANKING, computed=computed, given=given))
