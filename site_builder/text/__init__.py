"""Pure text: times, slugs, plain text, languages."""
