"""Work by child processes, forked from this one."""
