"""What coordinators do with themes: open them, group reports, state cases, merge, split; called by blueprints and demo."""
