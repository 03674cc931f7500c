"""Bytes in, links out, patches back: the half of oddlink that reads and changes messages.

Pure: no input or output, no clock, no opinion about any link.
"""
