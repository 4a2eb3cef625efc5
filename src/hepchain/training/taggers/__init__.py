"""Kinds of taggers: module ``<kind>`` holds the class of that kind under the name ``TAGGER``."""
