"""Other formats: links in them are listed, never rewritten. One file each; ``registry.py`` lists them."""
