"""Changes of the files of a show: made whole, remembered, taken back."""
