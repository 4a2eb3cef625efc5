"""Settings of the kinds of taggers: module ``<kind>`` has their model as ``SETTINGS``.

The configuration reads them, so that they import nothing of the taggers themselves.
"""
