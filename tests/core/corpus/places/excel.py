"""Places in a workbook."""

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from tests.core.corpus import Place
from tests.documents import docx, jpeg, xlsx

_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def _book(change: Callable[[Workbook], None]) -> tuple[str, bytes]:
    return "a.xlsx", xlsx(change=change)


def _sheet(state: str) -> Place:
    def place(level: str) -> tuple[str, bytes]:
        def change(book: Workbook) -> None:
            sheet = book.create_sheet("More")
            sheet.append(["x", level])
            sheet.sheet_state = state

        return _book(change)

    return place


def _on_active(act: Callable[[object, str], None]) -> Place:
    return lambda level: _book(lambda book: act(book.active, level))


def _comment(sheet, level):  # type: ignore[no-untyped-def]
    sheet["B2"].comment = Comment(f"Please note\n{level}", "A. Person")


def _validation(sheet, level):  # type: ignore[no-untyped-def]
    rule = DataValidation(type="whole", promptTitle="Note", prompt=level)
    rule.add("C3")
    sheet.add_data_validation(rule)


def _formula(sheet, level):  # type: ignore[no-untyped-def]
    sheet["D4"] = f'=IF(A1="x","{level}","")'


def _joined(sheet, level):  # type: ignore[no-untyped-def]
    sheet["D4"] = f'="{level[:2]}"&"{level[2:]}"'


def _hidden_row(sheet, level):  # type: ignore[no-untyped-def]
    sheet["A9"] = level
    sheet.row_dimensions[9].hidden = True


def _hidden_column(sheet, level):  # type: ignore[no-untyped-def]
    sheet["H1"] = level
    sheet.column_dimensions["H"].hidden = True


def _sheet_header(sheet, level):  # type: ignore[no-untyped-def]
    sheet.oddHeader.center.text = level
    sheet.oddHeader.center.font = "Arial,Bold"
    sheet.oddHeader.center.size = 14


def _sheet_footer(sheet, level):  # type: ignore[no-untyped-def]
    sheet.evenFooter.right.text = level


def _chart(sheet, level):  # type: ignore[no-untyped-def]
    chart = BarChart()
    chart.title = level
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=2))
    sheet.add_chart(chart, "E5")


def _number_format(sheet, level):  # type: ignore[no-untyped-def]
    sheet["C2"] = 12
    sheet["C2"].number_format = f'"{level}" 0'


def _link(sheet, level):  # type: ignore[no-untyped-def]
    sheet["C2"].hyperlink = "https://example.org/"
    sheet["C2"].hyperlink.tooltip = level


def _titled(sheet, level):  # type: ignore[no-untyped-def]
    sheet.title = level.replace("/", "-")[:31]


def _defined(level: str) -> tuple[str, bytes]:
    return _book(
        lambda book: book.defined_names.add(DefinedName("note", attr_text=f'"{level}"', comment=level))
    )


def _property(level: str) -> tuple[str, bytes]:
    return _book(lambda book: book.custom_doc_props.append(StringProperty(name="Handling", value=level)))


def _subject(level: str) -> tuple[str, bytes]:
    def change(book: Workbook) -> None:
        book.properties.subject = level

    return _book(change)


def _inline(level: str) -> tuple[str, bytes]:
    cell = f'<c r="A1" t="inlineStr"><is><r><t>{escape(level[:2])}</t></r><r><t>{escape(level[2:])}</t></r></is></c>'
    return "a.xlsx", xlsx(
        members={
            "xl/worksheets/sheet1.xml": f'<worksheet><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
        }
    )


EXCEL: dict[str, Place] = {
    "cell": lambda level: ("a.xlsx", xlsx(("Activity", level), ("x", "y"))),
    "two cells": lambda level: ("a.xlsx", xlsx(("x", *level.split(" ", 1)))),
    "two rows": lambda level: ("a.xlsx", xlsx(*(("Item", word, "9") for word in level.split(" ")))),
    "label beside": lambda level: ("a.xlsx", xlsx(("Classification", level.lower()), ("x", "y"))),
    "hidden sheet": _sheet("hidden"),
    "very hidden sheet": _sheet("veryHidden"),
    "hidden row": _on_active(_hidden_row),
    "hidden column": _on_active(_hidden_column),
    "comment": _on_active(_comment),
    "threaded comment": lambda level: ("a.xlsx", xlsx(members={"xl/threadedComments/threadedComment1.xml": f"<ThreadedComments><threadedComment><text>{escape(level)}</text></threadedComment></ThreadedComments>"})),
    "validation": _on_active(_validation),
    "formula": _on_active(_formula),
    "joined by a formula": _on_active(_joined),
    "header": _on_active(_sheet_header),
    "footer": _on_active(_sheet_footer),
    "chart title": _on_active(_chart),
    "number format": _on_active(_number_format),
    "link": _on_active(_link),
    "sheet name": _on_active(_titled),
    "defined name": _defined,
    "property": _property,
    "subject": _subject,
    "inline string": _inline,
    "text box": lambda level: ("a.xlsx", xlsx(members={"xl/drawings/drawing1.xml": f"<wsDr {_A}><sp><a:p><a:r><a:t>{escape(level)}</a:t></a:r></a:p></sp></wsDr>"})),
    "old comment shape": lambda level: ("a.xlsx", xlsx(members={"xl/drawings/vmlDrawing1.vml": f"<xml><br><shape><textbox><div>{escape(level)}</div></textbox></shape></xml>"})),
    "pivot cache": lambda level: ("a.xlsx", xlsx(members={"xl/pivotCache/d.xml": f"<pivotCacheDefinition><sharedItems><s v={quoteattr(level)}/></sharedItems></pivotCacheDefinition>"})),
    "embedded document": lambda level: ("a.xlsx", xlsx(members={"xl/embeddings/a.docx": docx(level)})),
    "sheet of another book": lambda level: ("a.xlsx", xlsx(members={"xl/externalLinks/e.xml": f"<externalLink><sheetName val={quoteattr(level)}/></externalLink>"})),
    "picture": lambda level: ("a.xlsx", xlsx(members={"xl/media/image1.jpeg": jpeg(title=level)})),
    "name": lambda level: (f"{level.replace('/', '-')}.xlsx", xlsx()),
}  # fmt: skip
