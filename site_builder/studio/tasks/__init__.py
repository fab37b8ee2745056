"""What the studio's worker process does: a function for each kind of job."""
