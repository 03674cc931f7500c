"""Judgement: what to ask about a link, what counts as evidence, and what it weighs."""
