"""Other readers. Each gives {sheet: {address: Cell}}, without the cells it takes to be empty. None instead of cells
stands for a sheet that a reader computes anew (a pivot table in an office suite)."""

import datetime
import re
from pathlib import Path
from typing import NamedTuple

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# A cell that is repeated more often, to the right or below, is cut short.
MOST_REPEATS = 300


class Cell(NamedTuple):
    """What a reader makes of a cell: its kind, its value, the text it shows, and a note that helps to judge it."""

    kind: str
    value: object
    shown: str | None = None
    note: str = ""


def letters(column):
    """The letters of a column, counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def plain(value, note=""):
    """A Python value as a cell; none for an empty one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return Cell("bool", value, note=note)
    if isinstance(value, (int, float)):
        return Cell("number", value, note=note)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)):
        return Cell("date", value, note=note)
    return Cell("text", str(value), note=note)


def with_openpyxl(path):
    import openpyxl

    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, data_only=True)
        sheets = {}
        for sheet in book.worksheets:
            cells = sheets[sheet.title] = {}
            for row in sheet.iter_rows():
                for cell in row:
                    if getattr(cell, "data_type", None) == "e" and cell.value is not None:
                        cells[cell.coordinate] = Cell("error", cell.value)
                    elif made := plain(cell.value):
                        link = getattr(cell, "hyperlink", None)
                        # openpyxl puts the target of a link into its cell when that is empty.
                        note = "link" if link and link.target == cell.value else cell.number_format
                        cells[cell.coordinate] = made._replace(note=note)
        return sheets


def with_xlrd(path):
    import xlrd

    book = xlrd.open_workbook(str(path), logfile=open("/dev/null", "w"), formatting_info=False)
    sheets = {}
    for sheet in book.sheets():
        cells = sheets[sheet.name] = {}
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                at = f"{letters(column + 1)}{row + 1}"
                if cell.ctype == xlrd.XL_CELL_NUMBER:
                    cells[at] = Cell("number", cell.value)
                elif cell.ctype == xlrd.XL_CELL_TEXT and cell.value:
                    cells[at] = Cell("text", cell.value)
                elif cell.ctype == xlrd.XL_CELL_DATE:
                    # As the serial number: the day it stands for is the caller's affair.
                    cells[at] = Cell("number", cell.value, note=f"date, mode {book.datemode}")
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    cells[at] = Cell("bool", bool(cell.value))
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    cells[at] = Cell("error", xlrd.error_text_from_code.get(cell.value, hex(cell.value)))
    return sheets


def with_pyxlsb(path):
    import pyxlsb

    sheets = {}
    with pyxlsb.open_workbook(str(path)) as book:
        for name in book.sheets:
            cells = sheets[name] = {}
            with book.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    for cell in row:
                        # Errors come as texts like 0x2a.
                        error = isinstance(cell.v, str) and re.fullmatch("0x[0-9a-f]{1,2}", cell.v)
                        made = Cell("error", cell.v) if error else plain(cell.v)
                        if made:
                            cells[f"{letters(cell.c + 1)}{cell.r + 1}"] = made
    return sheets


OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"


def text_of(element):
    """The text of a paragraph, with its tabs, line breaks and repeated spaces."""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str) or child.tag == OFFICE + "annotation":
            pass
        elif child.tag == TEXT + "s":
            parts.append(" " * int(child.get(TEXT + "c", "1")))
        elif child.tag == TEXT + "tab":
            parts.append("\t")
        elif child.tag == TEXT + "line-break":
            parts.append("\n")
        else:
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def open_document_cell(element):
    """A table cell of OpenDocument."""
    kind = element.get(OFFICE + "value-type")
    paragraphs = [text_of(p) for p in element if p.tag == TEXT + "p"]
    shown = "\n".join(paragraphs)
    note = element.get(TABLE + "formula", "")[:80]
    if element.get(CALC + "value-type") == "error":
        return Cell("error", shown, shown, note)
    if kind in ("float", "percentage", "currency"):
        return Cell("number", float(element.get(OFFICE + "value")), shown if paragraphs else None, note)
    if kind in ("date", "time"):
        return Cell("date", element.get(OFFICE + kind + "-value"), shown, note)
    if kind == "boolean":
        return Cell("bool", element.get(OFFICE + "boolean-value") == "true", shown, note)
    text = element.get(OFFICE + "string-value") or shown
    return Cell("text", text, shown, note) if text else None


def rows_of(table):
    """The rows of a table, also those in groups and heads."""
    for child in table:
        if child.tag == TABLE + "table-row":
            yield child
        elif child.tag in (TABLE + "table-rows", TABLE + "table-row-group", TABLE + "table-header-rows"):
            yield from rows_of(child)


def open_document(root, pivots_too=False):
    """The sheets of an OpenDocument spreadsheet, single file or content.xml."""
    sheets = {}
    pivots = set() if pivots_too else {
        p.get(TABLE + "target-range-address", "").rpartition(".")[0].strip("$'").rpartition(":")[2]
        for p in root.iterfind(f".//{TABLE}data-pilot-table")
    }
    for table in root.iterfind(f".//{OFFICE}spreadsheet/{TABLE}table"):
        name = table.get(TABLE + "name")
        if table.find(TABLE + "table-source") is not None:
            # A copy of another workbook's cells.
            continue
        cells = sheets[name] = {}
        if name.replace("'", "") in pivots or name in pivots:
            sheets[name] = None
            continue
        row = 0
        for element in rows_of(table):
            height = int(element.get(TABLE + "number-rows-repeated", "1"))
            column, filled = 0, []
            for child in element:
                if child.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
                    continue
                width = int(child.get(TABLE + "number-columns-repeated", "1"))
                if cell := open_document_cell(child):
                    filled.extend((column + n, cell) for n in range(min(width, MOST_REPEATS)))
                column += width
            for n in range(min(height, MOST_REPEATS)) if filled else ():
                for at, cell in filled:
                    if row + n < MOST_ROWS and at < MOST_COLUMNS:
                        cells[f"{letters(at + 1)}{row + n + 1}"] = cell
            row += height
    return sheets


def with_odfpy(path):
    """odfpy unpacks and parses; it has no grid, so the grid is made here."""
    from io import BytesIO

    from lxml import etree
    from odf.opendocument import load

    document = load(str(path))
    xml = document.contentxml()
    return open_document(etree.parse(BytesIO(xml), etree.XMLParser(huge_tree=True, recover=True)).getroot(), pivots_too=True)


def with_office(converted):
    """What an office suite made of the file: the flat OpenDocument file it was converted to."""
    from lxml import etree

    return open_document(etree.parse(str(converted), etree.XMLParser(huge_tree=True)).getroot())


BY_FORMAT = {
    ".xlsx": {"openpyxl": with_openpyxl},
    ".xlsm": {"openpyxl": with_openpyxl},
    ".xls": {"xlrd": with_xlrd},
    ".xlsb": {"pyxlsb": with_pyxlsb},
    ".ods": {"odfpy": with_odfpy},
}


def of(path, converted: Path | None):
    """The readers that fit a file, as (name, function without arguments)."""
    fitting = [(name, lambda read=read: read(path)) for name, read in BY_FORMAT.get(path.suffix.lower(), {}).items()]
    if converted is not None and converted.exists():
        fitting.append(("LibreOffice", lambda: with_office(converted)))
    return fitting
