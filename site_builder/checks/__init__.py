"""Would podcast apps, hosts and the people in it accept this show? Every rule has a name, a source and a remedy."""
