"""The rules of `spacecast check`: whether apps, hosts and guests would accept a show. Each has source and remedy."""
