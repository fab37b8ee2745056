"""The commands that set up and explain: init, doctor, schema, completion, help."""
