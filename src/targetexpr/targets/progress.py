"""What an evaluation found out: progress per customer, target and period, streaks, unified results and caps.

`Progress.to_dict()` is the canonical plain form, the same for any order of the records:

    {
      "customers": {                                   # by customer id (as text), sorted
        "c1": {
          "targets": {                                 # by target name, in the order of the group; twins have none
            "spend": [                                 # fixed windows: every listed period, in the order of the list
              {                                        # other windows: the customer's cycles that have started
                "period": "Cycle_1",                   # refCode; a cycle without one: its number from 1, as text
                "start": "2024-01-01",                 # fixed: local dates, both included; else aware instants
                "end": "2024-01-07",                   # (ISO, on the local clock): [start, end) of a cyclic window,
                                                       # and the closing record (or None) of an agnostic one
                "value": "500",                        # decimals are texts without needless zeros
                "progress": "620.5",
                "achieved": True,
                "achieved_by": "r2",                   # the record that last brought progress to the value, or None
                "achieved_on": "2024-01-03T10:00:00+00:00",       # its instant on the local clock, or None
                "contributions": [["r1", "300"], ["r2", "400"], ["t1", "-79.5"]],
              },                                       # [record, change of progress] in order; returns are negative,
            ],                                         # and a second visit on a day changes progress by "0"
          },
          "streak": {                                  # None unless the group is a streak of either kind
            "run": 1, "longest": 2,
            "levels": [                                # ascending by count
              {"name": "two", "count": 2, "status": "ACHIEVED", "period": "Cycle_2", "reached_by": "r7",
               "reached_on": "2024-01-09T08:00:00+00:00"},
              {"name": "four", "count": 4, "status": "INPROGRESS", "period": None, "reached_by": None,
               "reached_on": None},
            ],
          },
          "unified": [                                 # None unless the group is UNIFIED; else a row per period
            {"period": "Cycle_1", "members_met": True, "overall_met": True, "achieved": True,
             "achieved_by": "r2", "achieved_on": "2024-01-03T10:00:00+00:00"},
          ],
          "caps": {                                    # None unless the group is CAPPING
            "points": [{"period": "Cycle_1", "cap": "1000", "granted": "300", "remaining": "700",
                        "grants": [["r1", "300", "300"]]}],          # [record, asked, granted] in order
          },
        },
      },
      "reported": {
        "duplicates": ["r9"],                          # ids that came more than once, sorted
        "orphan_returns": ["t4"],                      # ids of returns whose bill is not there, sorted
        "errors": [["r5", "spend", "currentTxn.value"]],   # [record or None, target or None, path], sorted
      },
    }
"""

from __future__ import annotations
