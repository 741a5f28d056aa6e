"""When two readings of a cell agree, and which known, harmless difference it is if they are not the same.

`judge` gives the name of a rule, or a word in capitals for a difference that a person must look at.
"""

import datetime
import math
import re
import unicodedata

EPOCHS = (datetime.datetime(1899, 12, 30), datetime.datetime(1904, 1, 1))
# pyxlsb gives the code of an error.
ERROR_CODES = {
    "0x0": "#NULL!", "0x7": "#DIV/0!", "0xf": "#VALUE!", "0x17": "#REF!", "0x1d": "#NAME?", "0x24": "#NUM!",
    "0x2a": "#N/A", "0x2b": "#GETTING_DATA",
}  # fmt: skip
ISO = re.compile(r"(?:(-?\d+)-(\d\d)-(\d\d))?T?(?:(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?Z?")
SPAN = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?")


def serial(value, epoch=EPOCHS[0]):
    """A date, a time or a span as days since an epoch; none when it is not one."""
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - epoch).total_seconds() / 86_400
    if isinstance(value, datetime.date):
        return (datetime.datetime(value.year, value.month, value.day) - epoch).days
    if isinstance(value, datetime.time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86_400
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 86_400
    text = str(value)
    if (span := SPAN.fullmatch(text)) and any(span.groups()[1:]):
        sign, days, hours, minutes, seconds = span.groups()
        total = int(days or 0) + (int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)) / 86_400
        return -total if sign else total
    iso = ISO.fullmatch(text)
    if not iso or not text:
        return None
    year, month, day, hour, minute, second = iso.groups()
    time = (int(hour or 0) * 3600 + int(minute or 0) * 60 + float(second or 0)) / 86_400
    if year is None:
        return time
    try:
        return (datetime.datetime(int(year), int(month), int(day)) - epoch).days + time
    except ValueError:
        return None


def near(a, b):
    """Whether two numbers are the same but for the last digits; an office suite writes fewer of very small ones."""
    return math.isclose(a, b, rel_tol=1e-11 if abs(a) > 1e-7 else 1e-7, abs_tol=1e-300)


def same_moment(ours, theirs):
    """Whether two dates are the same within a second."""
    a, b = serial(ours), serial(theirs)
    return a is not None and b is not None and abs(a - b) <= 1.1 / 86_400


def is_serial_of(date, number):
    """Whether a number is the serial of a date, in either date system."""
    day = serial(date)
    # The days of January and February 1900 count from one day later.
    return day is not None and any(
        abs(serial(date, epoch) + shift - number) <= 1.1 / 86_400 for epoch in EPOCHS for shift in (0, -1)
    )


def folded(text):
    """A text without the differences that nobody sees."""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), str(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c == "\n" or c == "\t" or unicodedata.category(c) != "Cc")


def loose(text):
    """The same, without white space at the ends of lines and runs of it."""
    return re.sub(r"\s+", " ", folded(text)).strip()


def unraised(text):
    """A text with raised digits and letters as plain ones."""
    return re.sub(r"[()]", "", unicodedata.normalize("NFKC", str(text)))


def shows(number, text):
    """Whether a text shows a number, rounded or not: `1,234.6` for 1234.56. Per cent and scaled forms do not."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-")
    if "%" in bare or not (found := re.search(r"\.?\d[\d.,]*(?:E[-+]?\d+)?", bare, re.IGNORECASE)):
        return False
    # Either sign may be the decimal one.
    return any(rounds_to(number, found[0].upper().replace(group, "").replace(mark, ".")) for group, mark in (",.", ".,"))


def rounds_to(number, digits):
    """Whether a number, rounded to the places of these digits, is what they say."""
    try:
        value = float(digits)
    except ValueError:
        return False
    mantissa, _, exponent = digits.partition("E")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return abs(abs(number) - value) <= 0.5000001 * 10.0**-places + 1e-9 * abs(number)


def shows_fraction(number, text):
    """Whether a text shows a number as `12 1/2`, more or less."""
    parts = re.fullmatch(r"\s*-?\s*(?:([\d.,]+)\s+)?(\d+)/(\d+)\s*", text)
    if not parts or int(parts[3]) == 0:
        return False
    whole, over, under = (int(re.sub("[.,]", "", part or "0")) for part in parts.groups())
    return abs(abs(number) - whole - over / under) <= 1 / under


def same_number(peer, ours, theirs):
    if peer == "xlrd" and theirs.note.startswith("date"):
        return "NUMBER FOR DATE"
    return "same" if ours == theirs.value else "float noise" if near(ours, theirs.value) else None


def same_date(ours, theirs):
    if str(ours) == str(theirs.value) or same_moment(ours, theirs.value):
        return "same"
    day, theirs_day = serial(ours), serial(theirs.value)
    # Lotus and Excel have a 29 February 1900; others count the days before it from one day later.
    early = day is not None and theirs_day is not None and 0 <= theirs_day < 61
    return "day before March 1900" if early and abs(day - theirs_day - 1) <= 1.1 / 86_400 else None


def same_text(ours, theirs):
    if ours == theirs.value:
        return "same"
    if folded(ours) == folded(theirs.value):
        return "line ends and control characters"
    if loose(ours) == loose(theirs.value):
        return "white space"
    return "raised marks" if loose(unraised(ours)) == loose(unraised(theirs.value)) else None


def same_value(peer, kind, ours, theirs):
    """The rule under which two values agree, or none."""
    if kind == "date" and theirs.kind in ("date", "number") and str(ours).startswith("1900-02-29"):
        return "29 February 1900"
    if kind == theirs.kind:
        if kind == "number":
            return same_number(peer, ours, theirs)
        if kind == "date":
            return same_date(ours, theirs)
        if kind == "text":
            return same_text(ours, theirs)
        if kind == "error" and ours != ERROR_CODES.get(str(theirs.value), theirs.value):
            return "another word for the error"
        return "same" if kind == "error" or ours == theirs.value else None
    if kind == "date" and theirs.kind == "number" and is_serial_of(ours, theirs.value):
        # pyxlsb knows no dates.
        return "date given as serial number" if peer == "pyxlsb" or theirs.note.startswith("date") else "DATE FOR NUMBER"
    if kind == "number" and theirs.kind == "date" and is_serial_of(theirs.value, ours):
        return "NUMBER FOR DATE"
    if kind == "error" and theirs.kind == "number" and theirs.value == 0 and (theirs.shown or "").startswith("#"):
        return "error in the text alone"
    if kind == "bool" and theirs.kind == "number" and ours == bool(theirs.value):
        return "truth value given as number"
    if kind == "error" and theirs.kind == "text" and str(theirs.value).startswith(("#", "Err:")):
        return "error given as text"
    return None


def unknown_function(peer, theirs):
    """Whether the office suite could not compute a formula that it computes anew."""
    return peer == "LibreOffice" and theirs.kind == "error" and theirs.value in ("#NAME?", "Err:508", "Err:509", "Err:520")


def judge(peer, ours, theirs, covered):
    """The rule for a cell. `ours` is an object of dump_cells or none, `theirs` a Cell or none."""
    if ours is None:
        if unknown_function(peer, theirs):
            return "function unknown to them"
        if theirs.kind == "text" and not loose(theirs.value):
            return "blank text"
        if theirs.note == "link":
            return "link of an empty cell"
        return "covered, left out by us" if covered else "MISSING"
    kind, value = ours["type"], ours["value"]
    if theirs is None:
        if kind == "formula-without-result":
            return "formula without result"
        if kind == "withheld":
            return "withheld: " + ours["why"]
        if covered:
            return "covered, left out by them"
        return "error left out by them" if kind == "error" else "EXTRA"
    if kind == "formula-without-result":
        return "formula without result, computed by them"
    if kind == "withheld":
        return "withheld: " + ours["why"]
    if kind == "shown":
        inner = value
        rule = same_value(peer, "number" if isinstance(inner, (int, float)) else "date", inner, theirs)
        if rule is None:
            return "STORED VALUE DIFFERS"
        if theirs.shown is None or re.sub(r"\s", "", ours["shown"]) == re.sub(r"\s", "", theirs.shown):
            return "shown otherwise than stored"
        return "SHOWN TEXT DIFFERS"
    rule = same_value(peer, kind, value, theirs)
    if rule is None:
        if unknown_function(peer, theirs):
            return "function unknown to them"
        if theirs.note.startswith("of:") and peer == "LibreOffice":
            return "FORMULA DIFFERS"
        return "OTHER KIND" if kind != theirs.kind else "OTHER " + kind.upper()
    if kind == "number" and theirs.shown is not None and not shows(value, theirs.shown):
        if value == 0 and re.fullmatch(r"[^\d\w]*[-–—][^\d\w]*", theirs.shown):
            return "nought shown as a dash"
        if "%" in theirs.shown and shows(value * 100, theirs.shown.replace("%", "")):
            return "PER CENT"
        if shows_fraction(value, theirs.shown):
            return "shown as a fraction"
        if value == 0 and theirs.shown.startswith("#"):
            return "NOUGHT FOR AN ERROR"
        return "SHOWN OTHERWISE" if theirs.shown.strip() else "NOTHING SHOWN"
    return rule
