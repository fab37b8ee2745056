"""`python -m site_builder` is the same as the `spacecast` command."""

from site_builder.cli.main import main

if __name__ == "__main__":
    main()
