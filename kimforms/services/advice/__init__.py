"""The directory of advisory services, briefings, and dates of courses and tests."""
