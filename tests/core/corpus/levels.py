"""Markings as people print them: each administration's levels in its scripts, abbreviated, labelled, decorated, disguised."""

LEVELS = (
    # European Union, its institutions and agencies
    "RESTREINT UE/EU RESTRICTED", "CONFIDENTIEL UE/EU CONFIDENTIAL", "SECRET UE/EU SECRET", "TRÈS SECRET UE/EU TOP SECRET",
    "RESTREINT UE", "EU RESTRICTED", "EU CONFIDENTIAL", "EU SECRET", "EU TOP SECRET", "SECRET UE", "R-UE/EU-R", "C-UE/EU-C",
    "S-UE/EU-S", "TS-UE/EU-TS", "TRES SECRET UE", "Restreint UE / EU Restricted", "LIMITE", "EUROPOL RESTRICTED",
    "Europol Unclassified – Basic Protection Level", "EUROPOL SECRET", "SIENA handling code: H3", "EUROJUST CONFIDENTIAL",
    # NATO
    "NATO RESTRICTED", "NATO CONFIDENTIAL", "NATO SECRET", "COSMIC TOP SECRET", "NATO SECRET – ATOMAL", "CONFIDENTIEL OTAN",
    "NATO DIFFUSION RESTREINTE", "COSMIC TOP SECRET ATOMAL",
    "OTAN CONFIDENTIEL", "OTAN SECRET", "NATO/KFOR SECRET", "KFOR RESTRICTED", "SIENA handling codes: H1, H2",
    # Albania, Kosovo*
    "TEPËR SEKRET", "TEPER SEKRET", "SEKRET", "KONFIDENCIAL", "I KUFIZUAR", "Shkalla e sekretit: SEKRET", "Shkalla e klasifikimit: i kufizuar",
    "Niveli i klasifikimit: Konfidencial", "Konfidencial", "Tepër sekret", "TË KUFIZUARA", "SEKRET SHTETËROR",
    # Bosnia and Herzegovina, Montenegro, Croatia
    "VRLO TAJNO", "TAJNO", "POVJERLJIVO", "INTERNO", "STROGO TAJNO", "ВРЛО ТАЈНО", "ТАЈНО", "ПОВЈЕРЉИВО", "ИНТЕРНО",
    "Oznaka tajnosti: TAJNO", "Stepen tajnosti: povjerljivo", "Stupanj tajnosti: OGRANIČENO", "Stepen tajnosti – interno",
    # Serbia
    "ДРЖАВНА ТАЈНА", "СТРОГО ПОВЕРЉИВО", "ПОВЕРЉИВО", "DRŽAVNA TAJNA", "DRZAVNA TAJNA", "STROGO POVERLJIVO", "POVERLJIVO",
    "Степен тајности: ПОВЕРЉИВО", "Степен тајности „ИНТЕРНО“", "Str. pov. br. 44/21", "Пов. бр. 12", "СТРОГО ТАЈНО", "SLUŽBENA TAJNA",
    # North Macedonia
    "СТРОГО ДОВЕРЛИВО", "ДОВЕРЛИВО", "Степен на тајност: ДОВЕРЛИВО", "STROGO DOVERLIVO", "DOVERLIVO", "Stepen na tajnost: doverlivo",
    "Степен на класификација: ИНТЕРНО", "За интерна употреба",
    # Turkey
    "ÇOK GİZLİ", "GİZLİ", "ÖZEL", "HİZMETE ÖZEL", "COK GIZLI", "HIZMETE OZEL", "Gizlilik derecesi: GİZLİ", "Gizlilik Derecesi: Özel",
    # Germany, Italy, France, others
    "STRENG GEHEIM", "GEHEIM", "VS-VERTRAULICH", "VS-NUR FÜR DEN DIENSTGEBRAUCH", "VS-NfD", "VS-Vertr.", "STR. GEH.", "GEH.",
    "VS – Nur für den Dienstgebrauch", "Einstufung: geheim", "NAZIONALE SEGRETO", "RISERVATO UE", "SEGRETISSIMO", "SEGRETO", "RISERVATISSIMO", "RISERVATO",
    "Classifica di segretezza: SEGRETO", "TRÈS SECRET", "TRÈS SECRET DÉFENSE", "SECRET DÉFENSE", "CONFIDENTIEL DÉFENSE",
    "DIFFUSION RESTREINTE", "DIFFUSION RESTREINTE – SPÉCIAL FRANCE", "UK OFFICIAL-SENSITIVE", "UK SECRET", "STRENG VERTRAULICH",
    "ŚCIŚLE TAJNE", "ΑΚΡΩΣ ΑΠΟΡΡΗΤΟ", "STRICT SECRET", "STROGO ZAUPNO",
    # English
    "SECRET", "TOP SECRET", "CONFIDENTIAL", "RESTRICTED", "Classification: SECRET", "Classification level: restricted",
    "Security marking: Confidential", "TLP:RED", "CONFIDENTIAL RS", "RESTRICTED RS",
    # decorated and repeated
    "*** TAJNO ***", "//SECRET//", "[SEKRET]", "– GEHEIM –", "SECRET//NOFORN", "TAJNO TAJNO TAJNO", "« CONFIDENTIEL DÉFENSE »",
    "TAJNO / ТАЈНО / SECRET", "Page 2 of 9 – NATO SECRET", "INTERNO | 1/4", "(ПОВЕРЉИВО)", "<< ÇOK GİZLİ >>", "~~~ SECRET ~~~",
    # spaced, broken, disguised
    "S E C R E T", "T A J N O", "Т А Ј Н О", "S-E-C-R-E-T", "N A T O   S E C R E T", "RESTREINT\nUE / EU\nRESTRICTED", "STROGO\nPOVERLJIVO",
    "CONFI-\nDENTIAL", "STRENG  GEHEIM", "VS-NUR FÜR\nDEN DIENSTGEBRAUCH", "S\u200bE\u200bC\u200bR\u200bE\u200bT", "TAJ\u00adNO", "TEP\u00adËR SEKRET\u00ad", "alert('STRENG GEHEIM')",
    "ＮＡＴＯ　ＳＥＣＲＥＴ", "𝐒𝐄𝐂𝐑𝐄𝐓", "𝕋𝔸𝕁ℕ𝕆", "ⓈⒺⒸⓇⒺⓉ", "SЕСRЕТ", "ТAJНО", "ΝΑΤΟ SΕCRΕΤ", "SECR3T", "T4JN0", "TOP\u00a0SECRET",
    "ꜱᴇᴄʀᴇᴛ", "STROGO\u2028TAJNO", "POVJERǈIVO", "\u202eTERCES\u202c", "S\u0335E\u0335C\u0335R\u0335E\u0335T\u0335",
    # forms of these that came to light later
    "S – E – C – R – E – T", "EURA RESTRICTED", "ÇOK GİZLİDİR", "HİZMETE ÖZELDİR", "Oznaka tajnosti: STROGO POV.", "OZNAKA STEPENA TAJNOSTI: TAJNO", "C\n-\nU\nE\n/\nE\nU\n-\nC",
)  # fmt: skip
