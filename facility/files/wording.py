"""What the words beside a level say: that the sentence speaks of such documents in general, of a person's clearance, or
of another thing altogether ("secret ballot"). `position` says what follows from it.

Each list has the same kinds of words in the languages of the region and of the Union's experts: comparisons, negations,
nouns for documents and data, participles of marking.
"""

import re

_OTHER_WORDS_BEFORE = re.compile(
    r"(?:[^\W\d_]['’]|(?i:\b(?:trade|business|banking|professional|commercial|open|client|shared|the term|the word"
    r"|not|nije|nicht|non|pas|nuk është|değil|није|не е|no))[\s_-])[\s\"“„«']*\Z"
)
_OTHER_WORDS_AFTER = re.compile(
    r"[\s\-]+(?i:ballots?|vot(?:e|es|ing|o)|services?|agents?|police|polic(?:y|ies)|procedures?|tenders?|access|areas?"
    r"|santa|surveillance|shares?|keys?|glas\w+|глас\w+|oylama|oy|sorguları?|abstimmung|wahl\w*|scrutin|dienst\w*"
    r"|tržišt\w+|oglas\w+|оглас\w+|revizij\w+|ревизиј\w+|kontrol\w*|контрол\w*)\b"
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
    r"(?:up to(?: and including)?|at least|above|below|beyond|higher than|lower than|ab|bis(?: zu)?|über|unter|oberhalb"
    r"|mindestens|fino a|a partire da|superior[ei] a|inferior[ei] a|jusqu['’](?:à|au)|à partir d[eu]|supérieure?s? (?:à|au)"
    r"|do (?:stepena|nivoa|razine)|iznad|ispod|počev od|до (?:степена|нивоа|степен|ниво)|изнад|испод|над|под|почнувајќи од"
    r"|deri në|mbi|nën|duke filluar nga)"
)
_HANDLING = (
    r"(?:handling|protection|protecting|treatment|storage|storing|exchange|transmission|dissemination|access to|rules (?:on|for)"
    r"|umgang mit|behandlung|handhabung|schutz|zugang zu|postupanj\w+ sa?|pristup|zaštit\w+|постапување со|поступањ\w+ са?|заштит\w+"
    r"|trajtimi\w*|mbrojtj\w+|qasj\w+ në|trattamento|tutela|accesso a\w*|gestion|protection|accès aux?)"
    r"(?:\s+(?:of|von|der|di|delle|de|des|e|i|të|the|all))*"
)
_SAYS_OF_ITSELF = re.compile(
    rf"(?i:\b(?:this|ovaj|овај|овој|ky|kjo|bu|dieses?|questo|ce(?:tte)?)\s+(?:\w+\s+){{0,2}}(?:is|je|је|е|është|ist|è|est)?\s*"
    rf"(?:to be\s+)?{_MARKED}(?:\s+(?:as|at|si|kao|као|als|come|comme|oznakom|ознаком|stepenom|степеном)){{0,2}})[\s:\"“„«'(]*\Z"
)
_GENERAL_BEFORE = re.compile(
    rf"(?i:\b{_ABOUT}{_FEW_WORDS}\s+(?:{_MARKED}{_FEW_WORDS}|{_COMPARED})"
    rf"|\b(?:levels?|equivalents?|corresponds? to|equivalent to|{_COMPARED}"
    rf"|{_HANDLING}(?:\s+{_ABOUT})?|such as|e\.g\.|i\.e\.|term|word|expression|clear(?:ance|ed)(?: for| to| at)?|levels? of|\w*(?:graded|classified) (?:from|to)"
    r"|niveau|nivoa|нивоа|(?:di )?livello|(?:të )?nivelit|(?:der )?stufe|poput|kao što su|као што су|како што се|si p\.sh\.|wie|quali|telles? que"
    r"))[\s:\"“„«'(]*\Z"
)
_GENERAL_AFTER = re.compile(
    r"[\s\"”“»')]*(?i:or (?:above|higher|below|lower|equivalent)|and (?:above|higher|below)|ili (?:viš\w+|već\w+)|или (?:виш\w+"
    r"|повис\w+)|ose më \w+|oder höher|o superior\w|ou (?:supérieur|plus)|ve üzeri|veya (?:daha )?(?:yüksek|üst)\w*"
    r"|(?:security )?clearances?|means?|(?:level|levels|information|documents|networks|systems|registr(?:y|ies)|markings) (?:\w+ )?"
    r"(?:must|shall|should|may|are|is|can|needs?|of|for|in))\b"
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

_CLEARANCES = re.compile(
    r"(?i:\bclearances?\b|\bvetting\b|\b(?:s|c)ertifika\w+|\bdozvol\w+|сертифика\w+|дозвол\w+|nulla osta|\bNOS\b|habilitation"
    r"|sicherheitsüberprüfung|güvenlik belgesi)"
)


def of_clearances(heading: str) -> bool:
    """Whether a line that heads a table says that clearances of people stand in it."""
    return _CLEARANCES.search(heading) is not None


def in_general(before: str, after: str) -> bool:
    """Whether the sentence speaks of documents of that level in general (rule 6)."""
    if not (_GENERAL_BEFORE.search(before) or _GENERAL_AFTER.match(after)):
        return False
    sentence = re.split(r"[.!?]\s", before)[-1]
    return _THIS.search(sentence) is None or _NEGATED.search(sentence) is not None


def of_a_person(before: str) -> bool:
    """Whether what stands before, without accents, also on the line or in the cell before, is a person's clearance."""
    return _OF_A_PERSON.search(before) is not None


def of_another_expression(before: str, after: str) -> bool:
    """Whether the words belong to another expression (rule 7)."""
    return bool(_OTHER_WORDS_BEFORE.search(before) or _OTHER_WORDS_AFTER.match(after))


def says_of_itself(before: str) -> bool:
    """Whether the sentence begins like "This report is classified as"."""
    return _SAYS_OF_ITSELF.search(before) is not None
