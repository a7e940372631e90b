"""Faults that a stream has on purpose: what users ask for, which events are chosen, and what is done to them.

A choice depends on nothing but the id of the event.
"""
