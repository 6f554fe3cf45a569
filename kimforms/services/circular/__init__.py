"""Votes by circulation (Umlaufverfahren): asking, ballots, result, and their place in the minutes."""
