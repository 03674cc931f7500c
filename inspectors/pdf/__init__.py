"""PDF: ``read`` finds the links, ``edit`` makes a revision that changes some of them."""

from inspectors.pdf.change import edit
from inspectors.pdf.read import read

__all__ = ["edit", "read"]
