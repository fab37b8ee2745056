"""What the worker process does for the pages: a function for each kind of job."""
