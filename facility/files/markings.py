"""The classification markings that may not enter the facility (dossier section 7), as data.

Each phrase has the rank that tables of equivalents give it, and a tier: how easily its words are ordinary language.

ANYWHERE  nobody writes it but as a marking: it counts wherever it stands, in any case.
CAPITALS  counts wherever it stands in capitals, and in any case where it stands as a marking.
STANDING  counts only where it stands as a marking, in any case.
COMMON    a word of everyday language ("interno", "secret"): as STANDING, but in running text only in capitals.
ALONE     also a surname or a heading ("ÖZEL", "LIMITE"): only after a label or with nothing beside it.

What "stands as a marking" means is in `position.py`. Accents, case, spacing, hyphens and look-alike letters don't
matter, so each phrase is given once. Longer phrases win over shorter ones at the same place.
"""

from enum import IntEnum
from typing import NamedTuple


class Tier(IntEnum):
    """How easily a phrase is ordinary language; the module says what follows from it."""

    ANYWHERE = 0
    CAPITALS = 1
    STANDING = 2
    COMMON = 3
    ALONE = 4


ANYWHERE, CAPITALS, STANDING, COMMON, ALONE = Tier

RESTRICTED, CONFIDENTIAL, SECRET, TOP_SECRET = 1, 2, 3, 4
"""Ranks, so that a list of levels can be told from the marking of a document."""


class Level(NamedTuple):
    """Phrases of one rank and one tier."""

    rank: int
    tier: Tier
    phrases: tuple[str, ...]


# EU classified information: Decision (EU, Euratom) 2015/444, Article 3; Council Decision 2013/488/EU, Article 2. Half
# a marking is made of ordinary words: "the EU secret services", "EU restricted its exports". LIMITE is a marking of
# distribution of the Council (document 7695/18), which its documents bear beside or instead of a level.
EU = (
    Level(TOP_SECRET, ANYWHERE, ("TRES SECRET UE/EU TOP SECRET", "TRES SECRET UE", "EU TOP SECRET")),
    Level(SECRET, ANYWHERE, ("SECRET UE/EU SECRET",)),
    Level(SECRET, CAPITALS, ("SECRET UE", "EU SECRET")),
    Level(CONFIDENTIAL, ANYWHERE, ("CONFIDENTIEL UE/EU CONFIDENTIAL", "CONFIDENTIEL UE")),
    Level(CONFIDENTIAL, CAPITALS, ("EU CONFIDENTIAL",)),
    Level(RESTRICTED, ANYWHERE, ("RESTREINT UE/EU RESTRICTED", "RESTREINT UE")),
    Level(RESTRICTED, CAPITALS, ("EU RESTRICTED",)),
    Level(RESTRICTED, STANDING, ("LIMITE UE", "EU LIMITE")),
    Level(RESTRICTED, ALONE, ("LIMITE", "RESTREINT")),
)

# NATO: C-M(2002)49, with the French halves in either order; ATOMAL: C-M(64)39. Its missions and partnerships print
# their own name before the level ("NATO/KFOR SECRET", "KFOR RESTRICTED").
_MISSIONS = tuple(
    f"{nato}{name}"
    for name in ("KFOR", "SFOR", "ISAF", "RSM", "EAPC", "PFP", "EUFOR")
    for nato in ("", "NATO ")
)

NATO = (
    Level(TOP_SECRET, ANYWHERE, ("COSMIC TOP SECRET", "COSMIC TRES SECRET", "COSMIC TOP SECRET ATOMAL")),
    Level(TOP_SECRET, CAPITALS, ("ATOMAL",)),
    Level(SECRET, CAPITALS, ("NATO SECRET", "SECRET OTAN", "OTAN SECRET", "NATO SECRET ATOMAL")),
    Level(CONFIDENTIAL, ANYWHERE, ("CONFIDENTIEL OTAN", "OTAN CONFIDENTIEL", "NATO CONFIDENTIEL")),
    Level(CONFIDENTIAL, CAPITALS, ("NATO CONFIDENTIAL",)),
    Level(RESTRICTED, ANYWHERE, ("NATO DIFFUSION RESTREINTE", "DIFFUSION RESTREINTE OTAN")),
    Level(RESTRICTED, ANYWHERE, ("OTAN DIFFUSION RESTREINTE", "OTAN RESTREINT")),
    Level(RESTRICTED, CAPITALS, ("NATO RESTRICTED",)),
    Level(TOP_SECRET, CAPITALS, tuple(f"{mission} TOP SECRET" for mission in _MISSIONS)),
    Level(SECRET, CAPITALS, tuple(f"{mission} SECRET" for mission in _MISSIONS)),
    Level(CONFIDENTIAL, CAPITALS, tuple(f"{mission} CONFIDENTIAL" for mission in _MISSIONS)),
    Level(RESTRICTED, CAPITALS, tuple(f"{mission} RESTRICTED" for mission in _MISSIONS)),
)

# Euratom: Regulation (Euratom) No 3 of 1958, Article 10, which still stands on old papers of the Joint Research Centre.
EURATOM = tuple(
    Level(rank, CAPITALS, (f"EURA {level}",))
    for rank, level in (
        (TOP_SECRET, "TOP SECRET"),
        (SECRET, "SECRET"),
        (CONFIDENTIAL, "CONFIDENTIAL"),
        (RESTRICTED, "RESTRICTED"),
    )
)

# Europol: Council Decision 2009/968/JHA and its security manual; Eurojust: College Decision 2017-4 on its EUCI.
AGENCIES = (
    Level(TOP_SECRET, CAPITALS, ("EUROPOL TOP SECRET",)),
    Level(SECRET, CAPITALS, ("EUROPOL SECRET", "EUROJUST SECRET")),
    Level(CONFIDENTIAL, CAPITALS, ("EUROPOL CONFIDENTIAL", "EUROJUST CONFIDENTIAL")),
    Level(RESTRICTED, CAPITALS, ("EUROPOL RESTRICTED", "EUROJUST RESTRICTED", "EUROJUST LIMITED")),
    Level(
        RESTRICTED,
        ANYWHERE,
        ("EUROPOL UNCLASSIFIED BASIC PROTECTION LEVEL", "EUROPOL BASIC PROTECTION LEVEL"),
    ),
)

# English: what translations (those of Serbia's laws print "RESTRICTED RS") and the United Kingdom (Government Security
# Classifications, 2024) print.
ENGLISH = (
    Level(SECRET, CAPITALS, ("STRICTLY CONFIDENTIAL RS",)),
    Level(CONFIDENTIAL, CAPITALS, ("CONFIDENTIAL RS",)),
    Level(RESTRICTED, CAPITALS, ("RESTRICTED RS", "KOSOVO RESTRICTED")),
    Level(TOP_SECRET, CAPITALS, ("TOP SECRET", "UK TOP SECRET")),
    Level(SECRET, CAPITALS, ("UK SECRET", "SECRET NOFORN", "UK EYES ONLY")),
    Level(SECRET, COMMON, ("SECRET",)),
    Level(CONFIDENTIAL, STANDING, ("STRICTLY CONFIDENTIAL", "UK CONFIDENTIAL")),
    Level(CONFIDENTIAL, COMMON, ("CONFIDENTIAL",)),
    Level(RESTRICTED, CAPITALS, ("OFFICIAL SENSITIVE", "UK OFFICIAL SENSITIVE", "UK RESTRICTED")),
    Level(RESTRICTED, COMMON, ("RESTRICTED",)),
)

# Albania: Law 10/2023 on classified information, and 8457/1999, which called all of it "sekret shtetëror"; Kosovo*: Law
# 08/L-149, and 03/L-178 with the levels in the plural. Nouns of both genders.
ALBANIAN = (
    Level(TOP_SECRET, CAPITALS, ("TEPËR SEKRET", "TEPËR SEKRETE", "TOP SEKRET", "SHUMË SEKRET")),
    Level(SECRET, COMMON, ("SEKRET",)),
    Level(SECRET, ALONE, ("SEKRETE",)),
    Level(CONFIDENTIAL, STANDING, ("KONFIDENCIAL",)),
    Level(CONFIDENTIAL, COMMON, ("KONFIDENCIALE",)),
    Level(RESTRICTED, COMMON, ("I KUFIZUAR", "E KUFIZUAR", "TË KUFIZUARA")),
    Level(TOP_SECRET, COMMON, ("SEKRET SHTETËROR",)),
    Level(RESTRICTED, ALONE, ("KUFIZUAR",)),
)

# Bosnia and Herzegovina: Law on Protection of Secret Data, Article 19; Montenegro: Law on Data Secrecy, Article 10;
# Serbia: Law on Data Secrecy, Article 14; Kosovo* in Serbian; Croatia: Law on Data Secrecy, Article 4; and the older
# forms that still turn up on files (SLUŽBENA TAJNA, VOJNA TAJNA), each in both scripts.
SOUTH_SLAVIC = (
    Level(
        TOP_SECRET,
        CAPITALS,
        ("STROGO TAJNO", "СТРОГО ТАЈНО", "VRLO TAJNO", "ВРЛО ТАЈНО", "STROGA TAJNA", "СТРОГА ТАЈНА"),
    ),
    Level(TOP_SECRET, STANDING, ("DRŽAVNA TAJNA", "ДРЖАВНА ТАЈНА")),
    Level(SECRET, CAPITALS, ("STROGO POVERLJIVO", "СТРОГО ПОВЕРЉИВО")),
    Level(SECRET, CAPITALS, ("STROGO POVJERLJIVO", "СТРОГО ПОВЈЕРЉИВО")),
    Level(SECRET, ANYWHERE, ("STROGO POV", "СТРОГО ПОВ")),
    Level(SECRET, STANDING, ("VOJNA TAJNA", "ВОЈНА ТАЈНА")),
    Level(SECRET, COMMON, ("TAJNO", "ТАЈНО")),
    Level(CONFIDENTIAL, STANDING, ("POVERLJIVO", "ПОВЕРЉИВО", "POVJERLJIVO", "ПОВЈЕРЉИВО")),
    Level(CONFIDENTIAL, STANDING, ("SLUŽBENA TAJNA", "СЛУЖБЕНА ТАЈНА")),
    Level(RESTRICTED, STANDING, ("INTERNA UPOTREBA", "ИНТЕРНА УПОТРЕБА", "ZA INTERNU UPOTREBU")),
    Level(RESTRICTED, STANDING, ("ЗА ИНТЕРНУ УПОТРЕБУ", "ZA SLUŽBENU UPOTREBU", "ЗА СЛУЖБЕНУ УПОТРЕБУ")),
    Level(RESTRICTED, COMMON, ("INTERNO", "ИНТЕРНО", "OGRANIČENO", "ОГРАНИЧЕНО")),
)

# North Macedonia: Law on Classified Information (275/2019), Article 8. СТРОГО ДОВЕРЛИВО is its second level.
MACEDONIAN = (
    Level(SECRET, CAPITALS, ("STROGO DOVERLIVO", "СТРОГО ДОВЕРЛИВО")),
    Level(CONFIDENTIAL, STANDING, ("DOVERLIVO", "ДОВЕРЛИВО")),
    Level(RESTRICTED, STANDING, ("ЗА ИНТЕРНА УПОТРЕБА", "ЗА СЛУЖБЕНА УПОТРЕБА", "ЗА ОГРАНИЧЕНА УПОТРЕБА")),
    Level(RESTRICTED, STANDING, ("ZA OGRANIČENA UPOTREBA", "ZA INTERNA UPOTREBA", "ZA SLUŽBENA UPOTREBA")),
)

# Turkey: regulation on secrecy and security of 13 May 1964 (6/3048) and the rules on official correspondence of 2020.
# TASNİF DIŞI is none. ÖZEL is a surname and half of many headings.
TURKISH = (
    Level(TOP_SECRET, CAPITALS, ("ÇOK GİZLİ", "ÇOK GİZLİDİR")),
    Level(SECRET, COMMON, ("GİZLİ", "ÖZEL GİZLİ")),
    Level(SECRET, ALONE, ("GİZLİDİR",)),
    Level(CONFIDENTIAL, ALONE, ("ÖZEL",)),
    Level(RESTRICTED, STANDING, ("HİZMETE ÖZEL", "HİZMETE ÖZELDİR", "KİŞİYE ÖZEL", "HİZMETE MAHSUS")),
)

# Germany: Verschlusssachenanweisung (VSA) 2023, § 2, and police usage; Austria: InfoSiV, § 3.
GERMAN = (
    Level(TOP_SECRET, CAPITALS, ("STRENG GEHEIM",)),
    Level(SECRET, COMMON, ("GEHEIM",)),
    Level(SECRET, ANYWHERE, ("AMTLICH GEHEIMGEHALTEN",)),
    Level(CONFIDENTIAL, ANYWHERE, ("VS-VERTRAULICH",)),
    Level(CONFIDENTIAL, COMMON, ("VERTRAULICH",)),
    Level(CONFIDENTIAL, STANDING, ("STRENG VERTRAULICH",)),
    Level(RESTRICTED, ANYWHERE, ("VS-NUR FÜR DEN DIENSTGEBRAUCH", "VS-NUR FUER DEN DIENSTGEBRAUCH")),
    Level(RESTRICTED, ANYWHERE, ("NUR FÜR DEN DIENSTGEBRAUCH", "NUR FUER DEN DIENSTGEBRAUCH", "VS-NfD")),
    Level(RESTRICTED, ANYWHERE, ("NUR FÜR POLIZEIINTERNE ZWECKE",)),
    Level(RESTRICTED, COMMON, ("EINGESCHRÄNKT",)),
)

# Italy: Law 124/2007, Article 42, and DPCM 5/2015; the qualification of whose information it is stands on either side.
_QUALIFIED = ("NAZIONALE {}", "{} NAZIONALE", "UE {}", "{} UE", "NATO {}", "{} NATO")

ITALIAN = (
    Level(TOP_SECRET, CAPITALS, tuple(form.replace("{}", "SEGRETISSIMO") for form in _QUALIFIED)),
    Level(SECRET, CAPITALS, tuple(form.replace("{}", "SEGRETO") for form in _QUALIFIED)),
    Level(CONFIDENTIAL, CAPITALS, tuple(form.replace("{}", "RISERVATISSIMO") for form in _QUALIFIED)),
    Level(RESTRICTED, CAPITALS, tuple(form.replace("{}", "RISERVATO") for form in _QUALIFIED)),
    Level(TOP_SECRET, STANDING, ("SEGRETISSIMO",)),
    Level(SECRET, COMMON, ("SEGRETO",)),
    Level(CONFIDENTIAL, STANDING, ("RISERVATISSIMO",)),
    Level(RESTRICTED, COMMON, ("RISERVATO",)),
    Level(RESTRICTED, CAPITALS, ("VIETATA LA DIVULGAZIONE",)),
)

# France: instruction générale interministérielle 1300 of 2021 (two levels), and the three before it.
FRENCH = (
    Level(TOP_SECRET, CAPITALS, ("TRÈS SECRET", "TRÈS SECRET DÉFENSE")),
    Level(SECRET, CAPITALS, ("SECRET DÉFENSE",)),
    Level(CONFIDENTIAL, CAPITALS, ("CONFIDENTIEL DÉFENSE",)),
    Level(CONFIDENTIAL, STANDING, ("SPÉCIAL FRANCE",)),
    Level(CONFIDENTIAL, COMMON, ("CONFIDENTIEL",)),
    Level(RESTRICTED, CAPITALS, ("DIFFUSION RESTREINTE",)),
)

# Other Member States: the table of equivalents in Council Decision 2013/488/EU, Appendix B, for experts come from there.
MEMBER_STATES = (
    Level(TOP_SECRET, ANYWHERE, ("Stg. ZEER GEHEIM", "STRICT SECRET DE IMPORTANȚĂ DEOSEBITĂ")),
    Level(TOP_SECRET, ANYWHERE, ("СТРОГО СЕКРЕТНО",)),
    Level(TOP_SECRET, CAPITALS, ("STROGO ZAUPNO", "MUITO SECRETO", "PŘÍSNĚ TAJNÉ", "PRÍSNE TAJNÉ")),
    Level(
        TOP_SECRET, CAPITALS, ("ŚCIŚLE TAJNE", "SZIGORÚAN TITKOS", "YDERST HEMMELIGT", "ERITTÄIN SALAINEN")
    ),
    Level(TOP_SECRET, CAPITALS, ("KVALIFICERAT HEMLIG", "TÄIESTI SALAJANE", "SEVIŠĶI SLEPENI")),
    Level(TOP_SECRET, CAPITALS, ("VISIŠKAI SLAPTAI", "ΑΚΡΩΣ ΑΠΟΡΡΗΤΟ")),
    Level(SECRET, ANYWHERE, ("Stg. GEHEIM",)),
    Level(SECRET, CAPITALS, ("STRICT SECRET", "SECRET LUX")),
    Level(SECRET, STANDING, ("СЕКРЕТНО",)),
    Level(SECRET, COMMON, ("SECRETO", "TAJNÉ", "TITKOS", "HEMLIG", "HEMMELIGT", "SALAINEN", "SALAJANE")),
    Level(SECRET, COMMON, ("SLEPENI", "SLAPTAI", "ΑΠΟΡΡΗΤΟ")),
    Level(CONFIDENTIAL, ANYWHERE, ("Stg. CONFIDENTIEEL",)),
    Level(CONFIDENTIAL, STANDING, ("ПОВЕРИТЕЛНО", "ZAUPNO", "POUFNE", "DŮVĚRNÉ", "DÔVERNÉ")),
    Level(CONFIDENTIAL, STANDING, ("LUOTTAMUKSELLINEN",)),
    Level(CONFIDENTIAL, COMMON, ("CONFIDENCIAL", "BIZALMAS", "FORTROLIGT", "ΕΜΠΙΣΤΕΥΤΙΚΟ")),
    Level(RESTRICTED, ANYWHERE, ("Dep. VERTROUWELIJK", "ЗА СЛУЖЕБНО ПОЛЗВАНЕ", "SECRET DE SERVICIU")),
    Level(RESTRICTED, CAPITALS, ("RESTREINT LUX", "BEPERKTE VERSPREIDING", "DIFUSIÓN LIMITADA")),
    Level(RESTRICTED, CAPITALS, ("TIL TJENESTEBRUG", "KÄYTTÖ RAJOITETTU", "ΠΕΡΙΟΡΙΣΜΕΝΗΣ ΧΡΗΣΗΣ")),
    Level(RESTRICTED, STANDING, ("ZASTRZEŻONE", "VYHRAZENÉ", "VYHRADENÉ", "KORLÁTOZOTT TERJESZTÉSŰ")),
    Level(RESTRICTED, STANDING, ("RIBOTO NAUDOJIMO", "DIENESTA VAJADZĪBĀM")),
    Level(RESTRICTED, COMMON, ("RESERVADO",)),
)

LEVELS = (
    *EU,
    *NATO,
    *EURATOM,
    *AGENCIES,
    *ENGLISH,
    *ALBANIAN,
    *SOUTH_SLAVIC,
    *MACEDONIAN,
    *TURKISH,
    *GERMAN,
    *ITALIAN,
    *FRENCH,
    *MEMBER_STATES,
)

# Short forms, written exactly so (2015/444, Annex III: "R-UE/EU-R"; VSA, Annex), numbers of a register of confidential
# papers ("Str. pov. br. 12", "Пов. бр. 7"), and handling codes: Europol's H1 to H3 for what goes through SIENA (H0 sets
# no restriction). They are matched after look-alikes have become Latin letters; what has no Latin look-alike stays
# Cyrillic. Each has its rank; where words around it tell of such documents in general, it is none.
#
# TLP:RED, which is for the named recipients only, is taken like a handling code, though it is no level, but not
# amid a sentence. Left out, since who prints them says that others may read the document: TLP in other colours, the
# Commission's SENSITIVE, NATO and EU UNCLASSIFIED, TASNİF DIŞI.
#
# After its rank, each begins with the letters of which its own are made, small and as Latin as they can be: a text
# without them needs no closer look.
_DASH = r"[-\u2010-\u2015]"


def _both(level: str) -> str:
    """Both halves, which may be spaced or stand letter under letter."""
    return rf"(?<![\w-]){level}\s*{_DASH}\s*U\s*E\s*/\s*E\s*U\s*{_DASH}\s*{level}(?![\w-])"


SHORT_FORMS = (
    (RESTRICTED, "rue", rf"{_both('R')}|(?<![\w-])R{_DASH}UE(?![\w-])"),
    (TOP_SECRET, "tsue", rf"{_both('TS')}|(?<![\w-])TS{_DASH}UE(?![\w-])"),
    (RESTRICTED, "eur", rf"(?<![\w-])EU{_DASH}R(?![\w-])"),
    (TOP_SECRET, "euts", rf"(?<![\w-])EU{_DASH}TS(?![\w-])"),
    (CONFIDENTIAL, "cueeuc", _both("C")),
    (SECRET, "sueeus", _both("S")),
    (RESTRICTED, "vsnfd", rf"(?<![\w-])VS\s?{_DASH}?\s?(?:NfD|NFD)(?![\w-])"),
    (CONFIDENTIAL, "vsvertr", rf"(?<![\w-])VS\s?{_DASH}?\s?(?:Vertr|VERTR)\b(?![\w-])\.?"),
    (RESTRICTED, "codeh", r"(?i:\b(?:handling|handhabungs|siena|europol)[\s-]*code\s*[:=]?\s*\(?H[1-3]\b)"),
    (RESTRICTED, "codesh", r"(?i:\b(?:handling|handhabungs|siena|europol)[\s-]*codes\s*[:=]\s*\(?H[1-3]\b)"),
    (RESTRICTED, "tlpred", r"(?<![a-z] )(?i:\bTLP\s*:\s*RED\b)(?! [a-z])"),
    (SECRET, "strpov", r"(?i:(?<!\w)str\.\s?pov\.)"),
    (CONFIDENTIAL, "povbr", r"(?i:(?<!\w)pov\.\s?(?:br|broj)\b)"),
    (SECRET, "ctpпob", r"(?i:(?<!\w)[cс][tт][pр]\.\s?п[oо][bв]\.)"),
    (CONFIDENTIAL, "пobбp", r"(?i:(?<!\w)п[oо][bв]\.\s?(?:б[pр]|б[pр][oо]j)\b)"),
)

# Abbreviations that mean something else in prose: counted only where they stand alone, in capitals as printed.
ALONE_FORMS = (
    ("sue", rf"S{_DASH}UE"),
    ("cue", rf"C{_DASH}UE"),
    ("euc", rf"EU{_DASH}C"),
    ("eus", rf"EU{_DASH}S"),
    ("geh", r"(?:STR\.?\s?)?GEH\."),
)
# The same, and codes of many other things: only at a page's top or bottom, in a prominent place, or after a label.
EDGE_FORMS = (("cts", r"CTS(?:[-\s]?A)?"), ("vsv", rf"VS{_DASH}V"))
# Of so few letters that only a label, or a header with nothing else in it, tells them ("NR" is a number too).
LABELLED_FORMS = ("NS", "NC", "NR", "TS", "NS-A", "TS//SI", "S//NF", "C//NF")

AFTER_NOUNS = frozenset(
    {"INTERNO", "SEGRETO", "RISERVATO", "SECRETO", "RESERVADO", "CONFIDENCIAL", "CONFIDENTIEL"}
)
"""Adjectives that Romance languages put behind a noun: at the end of a file's name they are as good as any other
("Regolamento_interno.pdf")."""

# What a form or a cover page prints before the level, without accents.
LABELS = (
    r"classification(?: level| marking| grade)?",
    r"level of (?:classification|secrecy|confidentiality)",
    r"(?:security|protective|classification) (?:marking|level|grading)",
    r"(?:stepen|stupanj|stopnja|oznaka|vrsta|nivo|razina|klasa) (?:na )?"
    r"(?:tajnost[ia]?|po(?:v|vj)erljivosti|doverlivost|klasifikacij[ea])",
    r"(?:sigurnosna|bezbed?nosna|bezbjednosna)? ?(?:klasifikacija|oznaka)(?: tajnosti| podatka)?",
    r"oznaka (?:stepena|stupnja) tajnosti",
    r"ознака степена тајности",
    r"(?:степен|ознака|врста|ниво|класа) (?:на )?(?:тајност[аи]?|пов(?:ј)?ерљивости|доверливост|класификациј[ае])",
    r"(?:безбедносна )?класификација",
    r"(?:shkalla|shkalle|niveli|klasa) (?:i|e) (?:klasifikimit|sekretit|fshehtesise|sekretimit|sigurise)",
    r"klasifikimi(?: i sigurise)?",
    r"(?:gizlilik|guvenlik) (?:derecesi|seviyesi|kaydi|sinifi)",
    r"gizlilik(?= ?:)",
    r"(?:geheimhaltungs|verschlusssachen|vs-)(?:grad|einstufung)",
    r"einstufung",
    r"(?:classifica|qualifica|grado|livello) di (?:segretezza|riservatezza|sicurezza|classifica)",
    r"classifica",
    r"(?:niveau|mention) de (?:classification|protection)",
    r"(?:grado|nivel) de clasificacion",
    r"nivel de (?:clasificare|secretizare)",
    r"ниво на класификация",
)
