"""Ordinary documents of this very subject, in the languages of the region, that must not be refused."""

import io
from collections.abc import Callable, Iterator
from itertools import cycle

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests import documents
from tests.documents import docx, jpeg, ods, odt, pdf, png, xlsx

TEXTS: tuple[str, ...] = (
    # English
    "The Law on Secret Surveillance Measures and the Law on the Protection of Secret Data apply.",
    "LAW ON SECRET SURVEILLANCE MEASURES\nArticle 1\nThis law regulates secret surveillance.",
    "Privacy policy\nYour personal data are confidential. We treat confidential information with care; access is restricted.",
    "Restricted access to the server room; the list of users is confidential to the project team.",
    "The Secretariat, the Secretary General of NATO and the EU Secretary attended.",
    "GENERAL SECRETARIAT OF THE COUNCIL\nSECRETARIAT OF THE FACILITY",
    "EU secret services and NATO restricted themselves to a confidential exchange.",
    "The committee decides by secret ballot. It was top secret until Friday, the papers joked.",
    "Classification: confidential treatment of personal data is explained below.",
    "CONFIDENTIALITY AND DATA PROTECTION",
    "RESTRICTED PROCEDURE FOR WORKS CONTRACTS\nProcurement by restricted procedure.",
    "Professional secrecy, banking secrecy and trade secrets are protected by law.",
    "The members are bound by an obligation of professional secrecy.",
    "Film night: “Top Secret!” (a comedy of 1984) and “The Secret in Their Eyes”.",
    "U.S. SECRET SERVICE AND PARTNERS\nThe Secret Service trains currency investigators.",
    "The SIENA message bears handling code H0; TLP:GREEN applies to slides.",
    "Secure exchange by SIENA is up to EU CONFIDENTIAL level in some countries, which this project does not use.",
    "Rules for documents marked RESTREINT UE/EU RESTRICTED are explained on the second day of the training.",
    "Information classified CONFIDENTIEL UE/EU CONFIDENTIAL or above may not be sent by mail.",
    "Participants need no clearance; clearance up to SECRET UE/EU SECRET is asked of the lecturers.",
    "There are four levels: TOP SECRET, SECRET, CONFIDENTIAL and RESTRICTED.",
    "Lesson 3: levels of classification\nTOP SECRET\nSECRET\nCONFIDENTIAL\nRESTRICTED\nExercises follow.",
    "Level of English: B2; level of clearance: none; classification of expenditure: A.",
    "Table 3: secret/open, internal/external, restricted/unrestricted",
    "Declassified in 2004. UNCLASSIFIED. NATO UNCLASSIFIED. Not classified.",
    "The recipe is a secret, the ingredients are restricted to five. Secret Santa will be on 18 December.",
    "Keep your password secret. Client secret and API keys are stored in a vault.",
    "Declaration of impartiality and confidentiality: I shall keep in strict confidence all that I learn.",
    "The Restricted Committee met; restricted invitations were sent to the confidential secretary.",
    "Neu restricted scope; the Bureau confidential line; RUE-EU-R1 form",
    "Ref. EU-R-2021/17, document S-UE-12, form C-UE, parcel NR 12, position NC 8703.",
    "CTS: common transit system. NS: not specified. NR: number. TS: technical specification.",
    "Code of conduct\n1. Confidential reporting is possible.\n2. Whistle-blowers' identity stays confidential.",
    "An open secret: nobody likes forms. The secret of success is preparation.",
    "Undercover agents and secret investigators (Articles 158-165 of the Code of Criminal Procedure).",
    # about levels, and people's clearances
    "EU classified information has these levels:\n(a) TRES SECRET UE/EU TOP SECRET: its disclosure could cause exceptionally grave prejudice;\n(b) SECRET UE/EU SECRET: it could seriously harm;\n(c) CONFIDENTIEL UE/EU CONFIDENTIAL: it could harm;\n(d) RESTREINT UE/EU RESTRICTED: it could be disadvantageous.",
    "Equivalent levels\nEU: SECRET UE/EU SECRET\nAlbania: SEKRET\nSerbia: STROGO POVERLJIVO\nItaly: SEGRETO\nTurkey: GİZLİ",
    "In 2023 there were 27 documents classified SECRET UE/EU SECRET, 310 classified CONFIDENTIEL UE/EU CONFIDENTIAL and 1 204\nclassified\nRESTREINT UE/EU RESTRICTED; none was above RESTREINT UE/EU RESTRICTED.",
    "I declare that none of the attached documents is classified (RESTREINT UE or higher, or an equivalent such as TAJNO, SEKRET or ДОВЕРЛИВО).",
    "Documents marked R-UE/EU-R or VS-NfD may not be uploaded; handling codes H1, H2 and H3 are explained below.",
    "Security clearance: EU SECRET (until 2028), NATO SECRET clearance since 2019.",
    "Security clearance\nNATO SECRET\nLanguages\nEnglish",
    "Guidelines for the handling of RESTREINT UE/EU RESTRICTED information",
    "The reports were downgraded from SECRET to UNCLASSIFIED. Slides marked TLP:RED or TLP:AMBER are for participants.",
    "TLP:AMBER\nNames of the participants",
    "Possiede il NOS di livello SEGRETO. I documenti classificati RISERVATO o superiore non si trasmettono.",
    "Disponon certifikatë sigurie të nivelit SEKRET. Dokumentet e klasifikuara SEKRET ose më lart nuk ngarkohen.",
    "Merkblatt zum Umgang mit Verschlusssachen VS-NfD. Unterlagen ab VS-NUR FÜR DEN DIENSTGEBRAUCH werden nicht angenommen.",
    "Dokumenti sa oznakom STROGO POVERLJIVO ne šalju se, ni dokumenti označeni kao TAJNO. Sertifikat stepena POVERLJIVO važi.",
    "Документи означени со СТРОГО ДОВЕРЛИВО не се прикачуваат. Безбедносен сертификат со степен ДОВЕРЛИВО.",
    "HİZMETE ÖZEL veya daha yüksek gizlilik dereceli belgeler yüklenemez.",
    "Habilitation SECRET DÉFENSE en 2018. Les documents portant la mention DIFFUSION RESTREINTE ne sont pas reçus.",
    "Sicherheitsüberprüfung: Ü2 (GEHEIM). Voraussetzung ist eine Überprüfung bis einschließlich VS-VERTRAULICH.",
    "Der Vortrag handelt vom Geheimschutz in der Wirtschaft (VS-NfD-Merkblatt).",
    "Uredba o kriterijumima za određivanje stepena tajnosti „DRŽAVNA TAJNA“ i\n„STROGO POVERLJIVO“ (Službeni glasnik RS 46/13).",
    "Adayın GİZLİ düzeyinde güvenlik belgesi olmalıdır.",
    "It is not classified EU RESTRICTED. Ovaj dokument nije označen kao STROGO POVERLJIVO.",
    "Question 4: Which marking is lower, NATO RESTRICTED or NATO CONFIDENTIAL?",
    "PSC up to SECRET UE/EU SECRET or willingness to be vetted to EU SECRET; an ü2 for GEHEIM eingestufte Vorgänge.",
    "The marking SEKRET of the Albanian Party corresponds to STROGO POVERLJIVO of the Serbian Party.",
    "Q: May I upload a RESTREINT UE document?\nA: No. Can EU CONFIDENTIAL papers be discussed online?",
    "Safes certified for storage of SECRET material; encryption approved for RESTREINT UE/EU RESTRICTED.",
    "Module 3: From INTERNO to DRŽAVNA TAJNA – how levels are chosen. Regolamento INTERNO del condominio.",
    "Level: [select: RESTREINT UE/EU RESTRICTED | CONFIDENTIEL UE/EU CONFIDENTIAL]",
    "Aim: officers know the difference between NATO RESTRICTED and NATO CONFIDENTIAL, and when a paper becomes EU SECRET.",
    "The annual report counts 14 breaches concerning EU RESTRICTED documents.",
    "La mention DIFFUSION RESTREINTE s'applique aux documents internes. Il voto SEGRETO dell'assemblea",
    "Системот не е акредитиран за степен СТРОГО ДОВЕРЛИВО.",
    "Expert: M. Kovač. Clearance held: NATO SECRET, valid to 2029.",
    "TOP SECRET? Transparency of intelligence services\nA public lecture in Skopje",
    "Marking of the document (tick one)\n☐ PUBLIC\n☐ RESTREINT UE/EU RESTRICTED\n☐ CONFIDENTIEL UE/EU CONFIDENTIAL\nSignature:",
    "Stepen tajnosti: JAVNO [x] INTERNO [ ] STROGO POVERLJIVO [ ]\nPotpis:",
    # Bosnian, Croatian, Montenegrin, Serbian
    "Tajno glasanje se provodi glasačkim listićima.",
    "TAJNO GLASANJE O IZBORU PREDSJEDNIKA",
    "Natječaj se objavljuje interno i javno, interno na oglasnoj ploči.",
    "INTERNO OGLAŠAVANJE RADNIH MJESTA",
    "Dokument se čuva povjerljivo, strogo povjerljivo i s pažnjom, kaže se u razgovoru.",
    "Zakon o tajnosti podataka i Zakon o zaštiti tajnih podataka",
    "ZAKON O TAJNOSTI PODATAKA\nČlan 1.\nOvim zakonom uređuje se jedinstven sistem određivanja tajnih podataka.",
    "Гласање је тајно и непосредно, а седница је интерно заказана.",
    "ЗАКОН О ТАЈНОСТИ ПОДАТАКА",
    "Разговор је био поверљиво вођен између две службе.",
    "ТАЈНО ГЛАСАЊЕ И ИЗБОР",
    "Povjerljivo lice za zaštitu podataka imenuje direktor.",
    "Generalni sekretarijat Vlade i Sekretarijat Delegacije.",
    "Stepen tajnosti podatka može biti: DRŽAVNA TAJNA, STROGO POVERLJIVO, POVERLJIVO i INTERNO.",
    "Степени тајности су „ДРЖАВНА ТАЈНА“, „СТРОГО ПОВЕРЉИВО“, „ПОВЕРЉИВО“ и „ИНТЕРНО“.",
    "Podaci označeni stepenom STROGO TAJNO ili višim ne smiju se slati elektronskom poštom.",
    "Interno tržište, interna revizija i interni akti; interno je javno objavljeno.",
    "Znam taj, no nije važno; taj no. 5 vrijedi.",
    "NIJE TAJNO\nMože se objaviti.",
    "Službena tajna je podatak koji je zakonom određen kao takav.",
    "Prijavljivanje korupcije je povjerljivo. Poverljivost i čuvanje tajne.",
    "Poslovna tajna, profesionalna tajna i državna tajna su pojmovi iz zakona.",
    "Мере тајног надзора и тајно праћење и снимање (члан 171. ЗКП).",
    "Tajno praćenje i snimanje, tajni nadzor komunikacija i prikriveni istražitelj.",
    # Macedonian
    "Податоците се чуваат доверливо и не се споделуваат со други.",
    "Закон за класифицирани информации; државна тајна е поим од законот.",
    "Генерален секретаријат на Владата, Секретаријат за европски прашања.",
    "Тајно гласање се врши со гласачки ливчиња; интерно се објавува.",
    "ЗАКОН ЗА КЛАСИФИЦИРАНИ ИНФОРМАЦИИ\nЧлен 8\nСтепени се ДРЖАВНА ТАЈНА, СТРОГО ДОВЕРЛИВО, ДОВЕРЛИВО и ИНТЕРНО.",
    # Albanian
    "Shoqëri me përgjegjësi të kufizuar; numri i vendeve është i kufizuar.",
    "SHOQËRI ME PËRGJEGJËSI TË KUFIZUAR",
    "Votimi është i fshehtë dhe zarfi sekret hapet nga komisioni.",
    "Informacioni konfidencial i ofertuesve ruhet nga autoriteti kontraktor.",
    "Sekretariati i Përgjithshëm dhe sekretari i komisionit.",
    "Nivelet e klasifikimit janë TEPËR SEKRET, SEKRET, KONFIDENCIAL dhe I KUFIZUAR.",
    "LIGJ PËR INFORMACIONIN E KLASIFIKUAR\nNeni 1\nSekreti tregtar dhe sekreti profesional.",
    "Politika e privatësisë: të dhënat janë konfidenciale dhe qasja është e kufizuar.",
    # Turkish
    "Oylama gizli yapılır ve sonuçlar açıklanır; araç hizmete özel olarak alınmıştır.",
    "GİZLİ OY VE AÇIK SAYIM",
    "Ahmet ÖZEL, Emniyet Müdürü; Ayşe ÖZEL, Komiser",
    "ÖZEL HÜKÜMLER VE GEÇİCİ MADDELER\nMadde 1 – Özel eğitim kurumları.",
    "Gizlilik politikası: kişisel veriler gizli tutulur. Özel günler için özel fiyat.",
    "Gizlilik dereceleri ÇOK GİZLİ, GİZLİ, ÖZEL ve HİZMETE ÖZEL olarak belirlenir.",
    "Gizli soruşturmacı görevlendirilmesi (CMK madde 139).",
    # German
    "Die Unterlagen werden vertraulich behandelt, die Abstimmung ist geheim.",
    "Das Projekt ist streng geheim, scherzte die Leitung. Geheim gehalten wird nichts.",
    "GEHEIME ABSTIMMUNG UND VERTRAULICHKEIT",
    "Der Zugang ist eingeschränkt. Eingeschränkt verfügbar.\nGeheimnisse sind zu wahren; Amtsgeheimnis und Berufsgeheimnis.",
    "Vertrauliche Geburt und vertrauliche Spurensicherung sind Themen der Fortbildung.",
    # Italian
    "Il parcheggio è riservato al personale; il voto è segreto.",
    "POSTO RISERVATO AI DISABILI",
    "MINISTERO DELL'INTERNO\nDipartimento della Pubblica Sicurezza",
    "Ministero dell’INTERNO, Direzione Centrale della Polizia Criminale",
    "Ristorante Da Mario: tavolo riservato per le ore 20, ristretto in omaggio.",
    "Il segreto d'ufficio, il segreto istruttorio e il segreto professionale sono tutelati.",
    "MERCATO INTERNO E CONCORRENZA\nRegolamento interno del comitato.",
    "Informativa sulla privacy: i dati sono trattati in modo riservato.",
    # French
    "Un lieu secret; la rue de la Loi; une diffusion restreinte du bulletin.",
    "Le vote est secret; le secret professionnel et le secret de l'instruction s'imposent.",
    "La limite de dépôt est fixée au 30 juillet. Limite d'âge : aucune.",
    "Politique de confidentialité : vos données restent confidentielles; appel d'offres restreint.",
    "SERVICE SECRET ET DÉFENSE\nHistoire du secret défense en France.",
    "Secrétariat général, secrétaire générale, huissiers.",
    # Others
    "Votul este secret; informațiile sunt publice.",
    "Гласуването е тайно и пряко.",
    "El voto es secreto; derechos reservados; acceso reservado al personal.",
    "Hlasování je tajné. Titkos szavazás. Glasovanje je tajno.",
)  # fmt: skip

NAMES: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("tajno-glasanje.pdf", pdf),
    ("Zakon_o_tajnosti_podataka.docx", docx),
    ("RESTRICTED-ACCESS-CONTROL.odt", odt),
    ("Secretariat report EU.png", png),
    ("interno glasilo 2021.jpeg", jpeg),
    ("Regolamento_interno.pdf", pdf),
    ("privacy_policy_confidentiality.pdf", pdf),
    ("Law on secret data.docx", docx),
    ("Особен прилог.xlsx", xlsx),
    ("Budget v2.final.ods", ods),
    ("Secret Santa list.xlsx", xlsx),
    ("trade-secrets-directive.pdf", pdf),
    ("Tavolo riservato ristorante.jpg", jpeg),
    ("Geheimnis und Datenschutz.odt", odt),
    ("özel eğitim programı.docx", docx),
)

_OFFERED = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:sdt><w:sdtPr><w:dropDownList>'
    '<w:listItem w:displayText="PUBLIC" w:value="0"/><w:listItem w:displayText="EU RESTRICTED" w:value="1"/>'
    "</w:dropDownList></w:sdtPr><w:sdtContent><w:p><w:r><w:t>PUBLIC</w:t></w:r></w:p></w:sdtContent></w:sdt></w:document>"
)


def _offer(book: Workbook) -> None:
    assert book.active is not None
    book.active.add_data_validation(
        DataValidation(type="list", formula1='"PUBLIC,EU RESTRICTED"', sqref="B2")
    )


def _offering_pdf() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    offers = ArrayObject([TextStringObject("PUBLIC"), TextStringObject("NATO SECRET")])
    field = {"/FT": NameObject("/Ch"), "/Opt": offers, "/V": TextStringObject("PUBLIC")}
    writer._add_object(DictionaryObject({NameObject(key): value for key, value in field.items()}))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


RICH: tuple[tuple[str, str, Callable[[], bytes]], ...] = (
    ("pdf with properties", "a.pdf", lambda: pdf(header="Technical assistance facility", info={"Title": "Joint application", "Keywords": "secret surveillance, law"})),
    ("pdf with attachments", "a.pdf", lambda: pdf(attachments={"agenda.docx": docx(), "list.csv": b"name,role\n"}, note="Please check.")),
    ("pdf that opens without password", "a.pdf", lambda: documents.encrypted_pdf(password="", algorithm="AES-128")),
    ("docx with everything", "a.docx", lambda: docx(header="Ministry", footer="1/4", comment="ok", custom={"Company": "MUP"}, watermark="DRAFT", footnote="Law on secret data, Article 3.")),
    ("docx with a picture", "a.docx", lambda: docx(members={"word/media/image1.jpeg": jpeg()}, core={"title": "Workshop"})),
    ("docx with a cell", "a.docx", lambda: docx(*documents.LETTER, "Interno", "Javno", *documents.LETTER)),
    ("odt with everything", "a.odt", lambda: odt(header="Министарство", annotation="У реду", meta={"Odjel": "Sekretarijat"})),
    ("table of equivalents", "a.xlsx", lambda: xlsx(
        ("EU", "NATO", "Albania", "Serbia"),
        ("TRES SECRET UE/EU TOP SECRET", "COSMIC TOP SECRET", "TEPËR SEKRET", "DRŽAVNA TAJNA"),
        ("SECRET UE/EU SECRET", "NATO SECRET", "SEKRET", "STROGO POVERLJIVO"),
        ("CONFIDENTIEL UE/EU CONFIDENTIAL", "NATO CONFIDENTIAL", "KONFIDENCIAL", "POVERLJIVO"),
        ("RESTREINT UE/EU RESTRICTED", "NATO RESTRICTED", "I KUFIZUAR", "INTERNO"))),
    ("table of equivalents as text", "a.docx", lambda: docx("Equivalent levels", *["TRES SECRET UE/EU TOP SECRET", "COSMIC TOP SECRET", "SECRET UE/EU SECRET", "NATO SECRET", "CONFIDENTIEL UE/EU CONFIDENTIAL", "NATO CONFIDENTIAL", "RESTREINT UE/EU RESTRICTED", "NATO RESTRICTED"], "Source: Decision (EU, Euratom) 2015/444")),
    ("table of two levels", "a.docx", lambda: docx("Equivalence", "EU", "Serbia", "North Macedonia", "SECRET UE/EU SECRET", "STROGO POVERLJIVO", "СТРОГО ДОВЕРЛИВО", "RESTREINT UE/EU RESTRICTED", "INTERNO", "ИНТЕРНО")),
    ("statistics", "a.xlsx", lambda: xlsx(("Level", "Number of documents"), ("RESTREINT UE/EU RESTRICTED", "412"), ("SECRET UE/EU SECRET", "4"))),
    ("statistics in ODS", "a.ods", lambda: ods(("Stepen", "Broj dokumenata"), ("STROGO POVERLJIVO", "12"), ("INTERNO", "340"))),
    ("offered by a cell", "a.xlsx", lambda: xlsx(change=_offer)),
    ("offered by a content control", "a.docx", lambda: docx(members={"word/glossary/document.xml": _OFFERED})),
    ("offered by a field", "a.pdf", _offering_pdf),
    ("budget", "a.xlsx", lambda: xlsx(("Item", "Unit", "EUR"), ("Interpretation", "day", "400"), ("Interno osoblje", "day", "0"), ("Restricted tender", "lot", "10"))),
    ("participants", "a.ods", lambda: ods(("Name", "Function"), ("Mehmet Özel", "Secretary"), ("Ana Tajnić", "Sekretar"), ("Luigi Segreti", "Interno e Giustizia"))),
    ("experts", "a.xlsx", lambda: xlsx(("Name", "Clearance", "Until"), ("A. Novak", "NATO SECRET", "2027"), ("B. Hoxha", "EU CONFIDENTIAL", "2026"))),
    ("titles of films", "a.docx", lambda: docx(core={"title": "Film night: Top Secret! (1984)", "subject": "Strogo poverljivo, Los Anđeles"})),
    ("columns", "a.xlsx", lambda: xlsx(("POSTE", "LIMITE", "SEKTÖR"), ("Voyages", "1200", "ÖZEL"), ("Hôtel", "900", "KAMU"))),
    ("choices", "a.xlsx", lambda: xlsx(("Level", "Choose"), ("TOP SECRET", ""), ("SECRET", ""), ("CONFIDENTIAL", ""), ("RESTRICTED", ""))),
    ("png with software", "a.png", lambda: png({"Software": "GIMP", "Comment": "Restricted access sign"})),
    ("png with copyright", "a.png", lambda: png({"Copyright": "Tutti i diritti riservati"})),
    ("jpeg of a camera", "a.jpg", lambda: jpeg(description="Workshop in Tirana", title="Radionica", comment="IMG_0012", xmp="4 stars")),
    ("jpeg with a trailer", "a.jpg", lambda: jpeg() + b"SEFT" + bytes(64)),
)  # fmt: skip


_MAKERS: tuple[tuple[str, Callable[..., bytes]], ...] = (
    ("a.docx", docx),
    ("a.pdf", pdf),
    ("a.odt", odt),
    ("a.xlsx", xlsx),
    ("a.ods", ods),
)


def innocent() -> Iterator[tuple[str, str, bytes]]:
    """Label, file name and bytes of each: every text in the next format, amid other text and alone, names, rich files."""
    for text, (file, make) in zip(TEXTS, cycle(_MAKERS), strict=False):
        yield text[:60], file, make(*documents.LETTER, *text.split("\n"), *documents.LETTER)
    for text, (file, make) in zip(TEXTS, cycle(_MAKERS[::2]), strict=False):
        yield f"alone: {text[:60]}", file, make(*text.split("\n"))
    for name, make_file in NAMES:
        yield f"name: {name}", name, make_file()
    for label, file, make_file in RICH:
        yield label, file, make_file()
