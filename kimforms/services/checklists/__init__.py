"""A client's checklist at an advisory service: beginning, working on it, sharing, handing over, ending."""
