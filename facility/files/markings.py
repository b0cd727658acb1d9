"""The classification markings that may not enter the facility (dossier section 7), as data.

Each phrase stands in one of four tiers, by how easily its words are ordinary language:

ANYWHERE  nobody writes it but as a marking: it counts wherever it stands, in any case.
CAPITALS  counts wherever it stands in capitals, and in any case where it stands as a marking.
STANDING  counts only where it stands as a marking, in any case.
COMMON    a word of everyday language ("interno", "secret"): as STANDING, but in running text only in capitals.

What "stands as a marking" means is in `matching.py`. Accents, case, spacing, hyphens and look-alike letters don't
matter, so each phrase is given once. Longer phrases win over shorter ones at the same place.
"""

# EU classified information: Decision (EU, Euratom) 2015/444, Article 3; Council Decision 2013/488/EU, Article 2.
EU_ANYWHERE = (
    "RESTREINT UE/EU RESTRICTED",
    "CONFIDENTIEL UE/EU CONFIDENTIAL",
    "SECRET UE/EU SECRET",
    "TRES SECRET UE/EU TOP SECRET",
    "RESTREINT UE",
    "CONFIDENTIEL UE",
    "TRES SECRET UE",
    "EU TOP SECRET",
)
# Half a marking, and ordinary words: "the EU secret services", "EU restricted its exports".
EU_CAPITALS = ("SECRET UE", "EU RESTRICTED", "EU CONFIDENTIAL", "EU SECRET")

# NATO: C-M(2002)49, with the French halves; Europol: Council Decision 2009/968/JHA and its security manual.
OTHERS_ANYWHERE = (
    "COSMIC TOP SECRET",
    "COSMIC TRES SECRET",
    "NATO DIFFUSION RESTREINTE",
    "DIFFUSION RESTREINTE OTAN",
    "CONFIDENTIEL OTAN",
    "EUROPOL UNCLASSIFIED BASIC PROTECTION LEVEL",
    "EUROPOL BASIC PROTECTION LEVEL",
)
OTHERS_CAPITALS = (
    "NATO RESTRICTED",
    "NATO CONFIDENTIAL",
    "NATO SECRET",
    "SECRET OTAN",
    "ATOMAL",
    "EUROPOL RESTRICTED",
    "EUROPOL CONFIDENTIAL",
    "EUROPOL SECRET",
    "EUROPOL TOP SECRET",
    "TOP SECRET",
)

# The beneficiaries. AL and XK: laws on classified information (TEPËR SEKRET to I KUFIZUAR). BA, ME: VRLO TAJNO or
# STROGO TAJNO, TAJNO, POVJERLJIVO, INTERNO. MK: ДРЖАВНА ТАЈНА, СТРОГО ДОВЕРЛИВО, ДОВЕРЛИВО, ИНТЕРНО. RS: ДРЖАВНА
# ТАЈНА, СТРОГО ПОВЕРЉИВО, ПОВЕРЉИВО, ИНТЕРНО, in both scripts. TR: ÇOK GİZLİ to HİZMETE ÖZEL, and TASNİF DIŞI is
# none. Older Yugoslav usage (SLUŽBENA TAJNA, VOJNA TAJNA) still turns up on files.
BENEFICIARIES_CAPITALS = (
    "STROGO TAJNO",
    "СТРОГО ТАЈНО",
    "VRLO TAJNO",
    "ВРЛО ТАЈНО",
    "STROGO POVERLJIVO",
    "STROGO POVJERLJIVO",
    "СТРОГО ПОВЕРЉИВО",
    "СТРОГО ПОВЈЕРЉИВО",
    "STROGO DOVERLIVO",
    "СТРОГО ДОВЕРЛИВО",
    "TEPËR SEKRET",
    "TOP SEKRET",
    "ÇOK GİZLİ",
)
BENEFICIARIES_STANDING = (
    "POVJERLJIVO",
    "ПОВЈЕРЉИВО",
    "POVERLJIVO",
    "ПОВЕРЉИВО",
    "DOVERLIVO",
    "ДОВЕРЛИВО",
    "KONFIDENCIAL",
    "INTERNA UPOTREBA",
    "ZA INTERNU UPOTREBU",
    "ЗА ИНТЕРНУ УПОТРЕБУ",
    "ИНТЕРНА УПОТРЕБА",
    "ЗА ИНТЕРНА УПОТРЕБА",
    "HİZMETE ÖZEL",
    "DRŽAVNA TAJNA",
    "ДРЖАВНА ТАЈНА",
    "SLUŽBENA TAJNA",
    "СЛУЖБЕНА ТАЈНА",
    "VOJNA TAJNA",
    "ВОЈНА ТАЈНА",
)
BENEFICIARIES_COMMON = ("TAJNO", "ТАЈНО", "INTERNO", "ИНТЕРНО", "SEKRET", "I KUFIZUAR", "GİZLİ", "ÖZEL GİZLİ")

# Member States: the table of equivalents in Council Decision 2013/488/EU, Appendix B, for experts come from there.
MEMBER_STATES_ANYWHERE = (
    "VS-NUR FÜR DEN DIENSTGEBRAUCH",
    "NUR FÜR DEN DIENSTGEBRAUCH",
    "VS-NfD",
    "VS-VERTRAULICH",
    "AMTLICH GEHEIMGEHALTEN",
    "NUR FÜR POLIZEIINTERNE ZWECKE",
    "Stg. ZEER GEHEIM",
    "Stg. GEHEIM",
    "Stg. CONFIDENTIEEL",
    "Dep. VERTROUWELIJK",
    "СТРОГО СЕКРЕТНО",
    "ЗА СЛУЖЕБНО ПОЛЗВАНЕ",
    "SECRET DE SERVICIU",
    "STRICT SECRET DE IMPORTANȚĂ DEOSEBITĂ",
)
MEMBER_STATES_CAPITALS = (
    "STRENG GEHEIM",
    "TRÈS SECRET",
    "TRÈS SECRET DÉFENSE",
    "SECRET DÉFENSE",
    "CONFIDENTIEL DÉFENSE",
    "DIFFUSION RESTREINTE",
    "SPÉCIAL FRANCE",
    "SECRET LUX",
    "RESTREINT LUX",
    "BEPERKTE VERSPREIDING",
    "DIFUSIÓN LIMITADA",
    "MUITO SECRETO",
    "STRICT SECRET",
    "PŘÍSNĚ TAJNÉ",
    "PRÍSNE TAJNÉ",
    "ŚCIŚLE TAJNE",
    "SZIGORÚAN TITKOS",
    "YDERST HEMMELIGT",
    "TIL TJENESTEBRUG",
    "KVALIFICERAT HEMLIG",
    "ERITTÄIN SALAINEN",
    "KÄYTTÖ RAJOITETTU",
    "TÄIESTI SALAJANE",
    "SEVIŠĶI SLEPENI",
    "VISIŠKAI SLAPTAI",
    "ΑΚΡΩΣ ΑΠΟΡΡΗΤΟ",
    "ΠΕΡΙΟΡΙΣΜΕΝΗΣ ΧΡΗΣΗΣ",
)
MEMBER_STATES_STANDING = (
    "RISERVATISSIMO",
    "SEGRETISSIMO",
    "ПОВЕРИТЕЛНО",
    "СЕКРЕТНО",
    "ZAUPNO",
    "OGRANIČENO",
    "POUFNE",
    "ZASTRZEŻONE",
    "DŮVĚRNÉ",
    "DÔVERNÉ",
    "VYHRAZENÉ",
    "VYHRADENÉ",
    "KORLÁTOZOTT TERJESZTÉSŰ",
    "LUOTTAMUKSELLINEN",
    "RIBOTO NAUDOJIMO",
    "DIENESTA VAJADZĪBĀM",
)
MEMBER_STATES_COMMON = (
    "SECRET",
    "CONFIDENTIAL",
    "RESTRICTED",
    "RISERVATO",
    "SEGRETO",
    "GEHEIM",
    "VERTRAULICH",
    "EINGESCHRÄNKT",
    "CONFIDENCIAL",
    "RESERVADO",
    "SECRETO",
    "TAJNÉ",
    "TITKOS",
    "BIZALMAS",
    "HEMLIG",
    "HEMMELIGT",
    "FORTROLIGT",
    "SALAINEN",
    "SALAJANE",
    "SLEPENI",
    "SLAPTAI",
    "ΑΠΟΡΡΗΤΟ",
    "ΕΜΠΙΣΤΕΥΤΙΚΟ",
)

ANYWHERE = EU_ANYWHERE + OTHERS_ANYWHERE + MEMBER_STATES_ANYWHERE
CAPITALS = EU_CAPITALS + OTHERS_CAPITALS + BENEFICIARIES_CAPITALS + MEMBER_STATES_CAPITALS
STANDING = BENEFICIARIES_STANDING + MEMBER_STATES_STANDING
COMMON = BENEFICIARIES_COMMON + MEMBER_STATES_COMMON

# Short forms, written exactly so (2015/444, Annex III: "R-UE/EU-R"), and handling codes: Europol's H1 to H3 for what
# goes through SIENA (H0 sets no restriction), and TLP:RED, which is for the named recipients only.
_DASH = r"[-\u2010-\u2015]"
SHORT_FORMS = (
    rf"(?<![\w-])(?:R{_DASH}UE|TS{_DASH}UE)(?:\s*/\s*EU{_DASH}T?[RS])?(?![\w-])",
    rf"(?<![\w-])EU{_DASH}(?:R|TS)(?![\w-])",
    rf"(?<![\w-])(?:C{_DASH}UE\s*/\s*EU{_DASH}C|S{_DASH}UE\s*/\s*EU{_DASH}S)(?![\w-])",
    r"(?i:\b(?:handling|handhabungs|siena)[\s-]*codes?\s*[:=]?\s*\(?H[1-3]\b)",
    r"(?i:\bTLP\s*:\s*RED\b)",
)

# What a form or a cover page prints before the level.
LABELS = (
    r"(?:security )?classification(?: level| marking)?",
    r"security (?:marking|level|grading)",
    r"protective marking",
    r"(?:stepen|stupanj|stopnja|oznaka|vrsta|nivo) (?:tajnosti|po(?:v|vj)erljivosti)",
    r"klasifikacija(?: tajnosti)?",
    r"(?:степен|ознака|врста|ниво) (?:на )?(?:тајност[аи]?|поверљивости|доверливост)",
    r"класификација",
    r"(?:shkalla|niveli) i (?:klasifikimit|sekretit|fshehtësisë)",
    r"klasifikimi",
    r"gizlilik (?:derecesi|seviyesi)",
    r"(?:geheimhaltungs|verschlusssachen)(?:grad|einstufung)",
    r"(?:vs-)?einstufung",
    r"classifica(?: di segretezza)?",
    r"niveau de classification",
)
