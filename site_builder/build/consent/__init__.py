"""What a build says and does about consent."""
