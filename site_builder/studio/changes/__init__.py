"""Changes to the files of a show: written whole, remembered, undone."""
