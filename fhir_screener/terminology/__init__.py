"""Codes and what they mean: codings, value sets, concept maps, units."""
