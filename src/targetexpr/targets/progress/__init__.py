"""Evaluation of target groups over records: plan, contributions, ledgers, windows, streaks."""
