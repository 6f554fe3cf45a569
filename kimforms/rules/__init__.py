"""Procedure of bodies: dates, notice, quorum, majorities, minutes. Pure: no Flask, no database, no clock.

Import from its modules; every answer is a `verdict.Verdict` or carries one.
"""
