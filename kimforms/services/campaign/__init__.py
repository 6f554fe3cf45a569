"""Letters of the naturalisation campaign: templates, addresses that nobody keeps, printing in the background."""
