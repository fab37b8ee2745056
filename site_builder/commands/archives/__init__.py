"""Commands about archives: what one holds, and many of them at once."""
