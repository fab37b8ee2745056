"""Targets made by other processes or computers, through Dask: the only importer of `distributed`."""
