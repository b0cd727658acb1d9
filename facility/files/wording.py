"""What the words beside a level say: that the sentence speaks of such documents in general, of a person's clearance, or
of another thing altogether ("secret ballot"). `position` says what follows from it.

Each list has the same kinds of words in the languages of the region and of the Union's experts: comparisons, negations,
nouns for documents and data, participles of marking.
"""

import functools
import re

_OTHER_WORDS_BEFORE = re.compile(
    r"(?:[^\W\d_]['’]|(?i:\b(?:trade|voto|scrutinio|scrutin|regolamento|mercato|controllo|foro|business|banking|professional|commercial|open|client|shared|the term|the word"
    r"|not|nije|nicht|non|pas|nuk është|değil|није|не е|no))[\s_-])[\s\"“„«']*\Z"
)
_OTHER_WORDS_AFTER = re.compile(
    r"[\s\-]+(?i:ballots?|vot(?:e|es|ing|o)|services?|agents?|police|polic(?:y|ies)|procedures?|tenders?|access|areas?"
    r"|santa|surveillance|shares?|keys?|glas\w+|глас\w+|oylama|oy|sorguları?|abstimmung|wahl\w*|scrutin|dienst\w*"
    r"|tržišt\w+|oglas\w+|оглас\w+|revizij\w+|ревизиј\w+|kontrol\w*|контрол\w*)\b"
    r"|[\"”“»']?\?(?:\s|\Z)"  # a question is no marking
)

_ABOUT = (  # many of them, or things without number: "the document is marked X" speaks of one
    r"(?:documents|information|materials?|data|files|papers|items|networks|systems|reports|anything|everything|nothing|those"
    r"|annex(?:es)?|dokument(?:i|a|e|ima|ata|en|et|eve|acij\w*)|podac\w*|podat(?:ke|aka)|informacij\w*"
    r"|документ(?:и|а|е|има|ите|ација\w*)|подац\w*|податоци\w*|информаци\w*|informacion\w*|belgeler\w*|bilgiler\w*"
    r"|unterlagen|informationen|verschlusssachen|documenti|informazioni|informations|\d+)"
)
_MARKED = (
    r"(?:marked|classified|graded|bearing|labelled|stamped|označen\w*|oznak\w*|klasifi[ck]\w*|означен\w*|ознак\w*|класифи\w*"
    r"|stepena?|степена?|shënuar\w*|eingestuft\w*|gekennzeichnet\w*|classificat\w*|classifi\w*|classés?|portant|derecesi)"
)
_FEW_WORDS = r"(?:\s+(?-i:[^\W\d_A-ZА-Я])[^\W_]{0,12}){0,4}"
_COMPARED = (
    r"(?:up to(?: and including)?|at least|above|below|beyond|higher than|lower than|ab|bis(?: zu| einschließlich)?|über|unter|oberhalb"
    r"|einschließlich|mindestens|fino a|a partire da|superior[ei] a|inferior[ei] a|jusqu['’](?:à|au)|à partir d[eu]|supérieure?s? (?:à|au)"
    r"|do (?:stepena|nivoa|razine)|zaključno sa?|закључно са?|iznad|ispod|počev od|до (?:степена|нивоа|степен|ниво)|изнад|испод|над|под|почнувајќи од"
    r"|deri në|mbi|nën|duke filluar nga)"
)
_HANDLING = (
    r"(?:handling|protection|protecting|treatment|storage|storing|exchange|transmission|dissemination|access to|rules (?:on|for)"
    r"|umgang mit|behandlung|handhabung|schutz|zugang zu|postupanj\w+ sa?|pristup|zaštit\w+|постапување со|поступањ\w+ са?|заштит\w+"
    r"|determin(?:ing|ation of)|designating|određivanj\w+|utvrđivanj\w+|označavanj\w+|одређивањ\w+|утврђивањ\w+|означавањ\w+|определувањ\w+"
    r"|festlegung|përcaktimi\w*|trajtimi\w*|mbrojtj\w+|qasj\w+ në|trattamento|tutela|accesso a\w*|gestion|protection|accès aux?)"
    r"(?:\s+(?:of|von|der|di|delle|de|des|e|i|të|the|all))*"
    r"(?:\s+(?:levels?|stepena|степена|степен|nivelit)(?:\s+(?:tajnosti|тајности|на\s+класификација|të\s+klasifikimit|of\s+secrecy))?)?"
)
_NOT_MARKED = (
    r"(?:not|never|nije|nisu|није|нису|не\s+(?:е|се)|nuk\s+(?:është|janë)|nicht|non\s+(?:è|sono)|(?:n['’]est|ne\s+sont)\s+pas)"
    rf"\s+(?:\w+\s+)?{_MARKED}(?:\s+(?:as|at|kao|као|како|si|als|come|comme|stepenom|степеном))?"
)
_SAYS_OF_ITSELF = re.compile(
    rf"(?i:\b(?:this|ovaj|овај|овој|ky|kjo|bu|dieses?|questo|ce(?:tte)?)\s+(?:\w+\s+){{0,2}}(?:is|je|је|е|është|ist|è|est)?\s*"
    rf"(?:to be\s+)?{_MARKED}(?:\s+(?:as|at|si|kao|као|als|come|comme|oznakom|ознаком|stepenom|степеном)){{0,2}})[\s:\"“„«'(]*\Z"
)
_GENERAL_BEFORE = re.compile(
    rf"(?i:\b{_ABOUT}{_FEW_WORDS}\s+(?:{_MARKED}{_FEW_WORDS}|{_COMPARED})"
    rf"|\b(?:levels?|equivalents?|corresponds? to|equivalent to|{_COMPARED}"
    rf"|{_HANDLING}(?:\s+{_ABOUT})?|{_NOT_MARKED}|such as|e\.g\.|i\.e\.|term|word|expression|(?:clear(?:ance|ed)|vetted)(?: for| to| at)?"
    r"|(?:approved|accredited|certified|suitable|zugelassen|geeignet|odobren\w*|akreditovan\w*|одобрен\w*|акредит\w+)\s+(?:for|für|za|за)(?:\s+(?:(?:storage|use)\s+(?:of|at)|степен\w*|stepen\w*))?"
    r"|between|između|између|помеѓу|меѓу|midis|ndërmjet|zwischen|tra|fra|entre|(?:when|whether|why|if) (?:an?|any) \w+ (?:is|becomes|should be)|(?:select|choose|circle|zaokruži\w*|izaber\w*|заокружи\w*|избер\w*|zgjidh\w*|ankreuzen|barrare|cocher)|levels? of|\w*(?:graded|classified) (?:from|to)"
    r"|niveau|nivoa|нивоа|(?:di )?livello|(?:të )?nivelit|(?:der )?stufe|poput|kao što su|као што су|како што се|si p\.sh\.|wie|quali|telles? que"
    r"))[\s:\"“„«'(]*\Z"
)
_GENERAL_AFTER = re.compile(
    r"[\s\"”“»')]*(?i:or (?:above|higher|below|lower|equivalent)|and (?:above|higher|below)|ili (?:viš\w+|već\w+)|или (?:виш\w+"
    r"|повис\w+)|ose më \w+|oder höher|o superior\w|ou (?:supérieur|plus)|ve üzeri|veya (?:daha )?(?:yüksek|üst)\w*"
    rf"|(?:düzey|seviye|derece|gizlilik derece)\w*|eingestufte\w*|correspond\w*|entspricht|equivale|odgovara|одговара|of the \w+ (?:party|side)"
    rf"|(?:classificat[ie]|classifiés|klasifikovan\w+)\s+{_ABOUT}"
    r"|(?:security )?clearances?|means?|(?:level|levels|information|documents|networks|systems|registr(?:y|ies)|markings) (?:\w+ )?"
    r"(?:must|shall|should|may|are|is|can|needs?|of|for|in))\b"
    r"|-(?i:Merkblatt|Dokumenten?|Unterlagen|Informationen|Netze?|Systeme?|level|rated|cleared|graded|classified|marked)\b"
)
_THIS = re.compile(
    r"(?i:\b(?:this|attached|enclosed|present|ovaj|ovog|ovo|prilo\w+|овај|овој|ово|прило\w+|ky|kjo|bashkëngjit\w*|bu|ekli"
    r"|dies\w+|beigefügt\w*|questo|presente|allegat\w|ce|cette|ci-joint\w*)\b)"
)
_NEGATED = re.compile(
    r"(?i:\b(?:no|not|none|never|neither|nor|without|cannot|nije|nisu|nijed\w+|ne|bez|није|нису|ниједн\w+|не|без|ниеден"
    r"|nuk|asnjë\w*|pa|kein\w*|nicht|ohne|nessun\w*|non|senza|aucune?|sans|pas|hiçbir|değil\w*)\b)"
)
_OF_A_PERSON = re.compile(
    r"(?i:\b(?:clear(?:ance|ed)|psc|fsc|vetting|certifikat\w* (?:te )?sigurise|sertifikat|sigurnosna dozvola|dozvola"
    r"|безбедносен сертификат|сертификат|nulla osta(?: di sicurezza)?|nos|habilitation|sicherheitsuberprufung|ubergepruft"
    r"|guvenlik belgesi))"
    r"(?:\s+(?:level|of|at|to|for|up to|niveau|nivoa|nivelit|livello|di|du|bis|zu|do|za|sa|so|stepena?|nivo|со|са|степена?|ниво)){0,3}[\s:=–—|(\"“„«-]*\Z"
)

_CLEARANCE = (
    r"(?:(?<!customs )\bclearances?\b|\bvetting\b|\b(?:s|c)ertifika\w+|\bdozvol\w+|сертифика\w+|дозвол\w+|nulla osta|\bNOS\b"
    r"|habilitation|sicherheitsüberprüfung|güvenlik belgesi)"
)
_COUNT = (
    r"(?:\b(?:number|count|total|quantity) of \w+|\b(?:broj|број)(?: на)? (?:dokumen|podat|akat|predmet|докумен|подат|акат|предмет)\w+"
    r"|\bnumri i \w+|\banzahl\b|\bnumero (?:di|dei) \w+|\bnombre de \w+|\b(?:belge|evrak) sayısı)"
)
_HEADS_NO_MARKING = re.compile(rf"(?i:{_CLEARANCE}|{_COUNT})")
_OF_CLEARANCE = re.compile(f"(?i:{_CLEARANCE})")
_BEGINS_BEFORE = re.compile(r"(?:\A|[.;]\s)[^:\n]{0,30}\Z")
_HEADS_LIST = re.compile(r"[^:\n]{0,30}:")
_WITHIN = 33


@functools.lru_cache(maxsize=4096)
def of_people_or_counts(heading: str) -> bool:
    """Whether a line that heads a table says that clearances of people stand in it, or how many documents there are."""
    return _HEADS_NO_MARKING.search(heading) is not None


def in_general(before: str, after: str) -> bool:
    """Whether the sentence speaks of documents of that level in general (rule 6)."""
    if not (
        _GENERAL_BEFORE.search(before)
        or _GENERAL_AFTER.match(after)
        or _asks(before, after)
        or _of_many(before, after)
    ):
        return False
    sentence = re.split(r"[.!?]\s", before)[-1]
    return _THIS.search(sentence) is None or _NEGATED.search(sentence) is not None


def _asks(before: str, after: str) -> bool:
    """Whether it stands amid a question ("May I upload a RESTREINT UE document?")."""
    return _WORD_BEFORE.search(before) is not None and _QUESTION.match(after) is not None


def _of_many(before: str, after: str) -> bool:
    """Whether it stands amid "breaches concerning EU RESTRICTED documents" or "the marking TAJNO applies to"."""
    return any(left.search(before) and right.match(after) for left, right in _AROUND)


_AROUND = (
    (
        re.compile(r"(?i:\b(?:concerning|about|on|with|of|for|to|involving|regarding|handles?|like))\s+\Z"),
        re.compile(rf"\s+{_ABOUT}\b(?!\s+(?:attached|enclosed|below|herewith))"),
    ),
    (
        re.compile(r"(?i:\b(?:marking|mention|level|oznaka|ознака|classifica|vermerk))\s+[\"“„«]?\Z"),
        re.compile(
            r"[\"”“»]?\s+(?i:appl(?:y|ies)|means|s['’]applique|si applica|gilt|bedeutet|znači|значи)\b"
        ),
    ),
)
_WORD_BEFORE = re.compile(r"[^\W\d_]\s+\Z")
_QUESTION = re.compile(r"[^.!?:;\n]{1,120}\?")


def of_a_person(before: str, line: str) -> bool:
    """Whether what stands before, without accents, also on the line or in the cell before, is a person's clearance, or
    the line so far is a list of such ("Security clearance: EU SECRET (until 2028), NATO SECRET")."""
    if _OF_A_PERSON.search(before):
        return True
    return any(map(_begins_list, _OF_CLEARANCE.finditer(line))) and _THIS.search(line) is None


def _begins_list(clearance: re.Match[str]) -> bool:
    """Whether a sentence begins shortly before the word, and a colon follows shortly after."""
    line, start = clearance.string, clearance.start()
    if _HEADS_LIST.match(line, clearance.end()) is None:
        return False
    before = line[max(0, start - _WITHIN) : start]
    return _BEGINS_BEFORE.search(before if start <= _WITHIN else f":{before}") is not None


def of_another_expression(before: str, after: str) -> bool:
    """Whether the words belong to another expression (rule 7)."""
    return bool(_OTHER_WORDS_BEFORE.search(before) or _OTHER_WORDS_AFTER.match(after))


def says_of_itself(before: str) -> bool:
    """Whether the sentence begins like "This report is classified as"."""
    return _SAYS_OF_ITSELF.search(before) is not None
