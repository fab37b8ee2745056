"""An episode's transcript: made from its recording, named, moved in time, and what can be learnt from it."""
