"""Analyses: functions over a graph that return plain results."""
