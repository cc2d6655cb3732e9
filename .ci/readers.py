"""Reads calendars and CSV files with libraries of others. Usage: readers.py FILE..."""

import csv
import sys

import icalendar

FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def read_calendar(path):
    with open(path, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    events = calendar.walk("VEVENT")
    assert events and not calendar.errors, path
    assert len({event["UID"] for event in events}) == len(events), path
    for event in events:
        assert not event.errors, event.errors
        event.decoded("DTSTART"), event.decoded("DTSTAMP"), event.decoded("DURATION")
        int(event["SEQUENCE"])
        days = [alarm.decoded("TRIGGER").days for alarm in event.walk("VALARM")]
        assert days in ([-14, -7, -1], []), days
    return f"{len(events)} events"


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    columns = len(rows[0])
    for row in rows:
        assert len(row) == columns or (len(row) == 1 and row[0].startswith("# ")), row
        for cell in row:
            assert cell.lstrip("-").isdigit() or not cell.startswith(FORMULA), cell
    return f"{len(rows)} rows"


for path in sys.argv[1:]:
    print(path, read_calendar(path) if path.endswith(".ics") else read_csv(path))
