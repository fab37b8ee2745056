"""Rules about the show folder: config, consent, episodes, backups, promises to subscribers, and what git holds."""
