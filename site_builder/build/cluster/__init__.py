"""Long work done by the workers of a Dask cluster: which there are, and what they hear."""
