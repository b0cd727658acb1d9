"""Letters and lists as PDF/UA.

What comes out differs from run to run, so never hash a PDF: hash what it says.
"""


def render_pdf(html: str, *, title: str, lang: str = "en", author: str | None = None) -> bytes:
    """The page (letters/base.html or documents/base.html, rendered) as tagged PDF/UA-1. Relative addresses start at static/;
    the style sheet is paper.css.

    Takes about 0.04 s for a letter and seconds for long tables, so never call it inside a write transaction or on the event
    loop. Raises AssetMissingError.
    """
    from facility import press

    return press.write(html, title=title, lang=lang, author=author)
