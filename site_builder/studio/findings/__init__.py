"""Findings of `check` as a host reads them: in order, in the language of the interface."""
