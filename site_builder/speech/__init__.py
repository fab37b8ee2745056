"""Speech to text on this computer: what is said, when, and by whom. Needs the extra `spacecast[speech]`."""
