"""What of the texts a host wrote cannot be published as it stands."""
