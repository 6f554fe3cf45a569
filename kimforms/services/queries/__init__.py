"""What pages read: queries shaped for one page each, under the same permission rule as the pages."""
