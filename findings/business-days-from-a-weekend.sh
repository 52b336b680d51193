#!/bin/sh
# Five business days after a Saturday: one library names another last day than five others.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check numpy==2.3.5 pandas==2.3.3 workdays==1.4 bizdays==1.0.19 \
    workalendar==17.0.0 business-calendar==0.2.1
"$folder/venv/bin/python" - <<'END'
from datetime import date, datetime
from importlib.metadata import version

import bizdays
import business_calendar
import numpy as np
import pandas as pd
import workdays
from workalendar.europe import France

for name in ("numpy", "pandas", "workdays", "bizdays", "workalendar", "business-calendar"):
    print(name, version(name))
CALENDAR = bizdays.Calendar(weekdays=("Saturday", "Sunday"), startdate="2026-01-01", enddate="2026-12-31", name="w")


def last_days(received: date) -> dict[str, str]:
    """The last day of a window of five business days for a delivery that came on `received`."""
    moment = datetime(received.year, received.month, received.day)
    found = {
        "numpy, roll=forward": np.busday_offset(received, 5, roll="forward"),
        "pandas": (pd.Timestamp(received) + pd.offsets.BDay(5)).date(),
        "workdays": workdays.workday(received, 5),
        "bizdays": CALENDAR.offset(received, 5),
        "workalendar": France().add_working_days(received, 5),
        "business-calendar": business_calendar.Calendar().addbusdays(moment, 5).date(),
    }
    return {name: str(day) for name, day in found.items()}


friday, saturday = last_days(date(2026, 3, 6)), last_days(date(2026, 3, 7))
for day, found in (("Friday 2026-03-06", friday), ("Saturday 2026-03-07", saturday)):
    for name, last in found.items():
        print(f"received on {day}, {name}: until {last}")
assert set(friday.values()) == {"2026-03-13"}, "behaves otherwise now"
assert saturday.pop("numpy, roll=forward") == "2026-03-16", "behaves otherwise now"
assert set(saturday.values()) == {"2026-03-13"}, "behaves otherwise now"
END
