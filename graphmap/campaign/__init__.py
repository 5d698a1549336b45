"""A synthetic campaign: workbooks in the real layout, and lists beside them, for the demo, tests and benches."""
