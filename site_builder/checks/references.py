"""The specifications and guidelines that rules come from, with their addresses."""

from __future__ import annotations

APPLE = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
"""A Podcaster's Guide to RSS."""
APPLE_REQUIREMENTS = "https://podcasters.apple.com/support/823-podcast-requirements"
APPLE_AUDIO = "https://podcasters.apple.com/support/893-audio-requirements"
APPLE_CATEGORIES = "https://podcasters.apple.com/support/1691-apple-podcasts-categories"
APPLE_CHAPTERS = "https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts"
APPLE_TRANSCRIPTS = "https://podcasters.apple.com/support/5316-transcripts-on-apple-podcasts"
APPLE_MOVE = "https://podcasters.apple.com/support/837-change-the-rss-feed-url"
SPOTIFY = "https://support.spotify.com/us/creators/article/podcast-specification-doc/"
YOUTUBE = "https://support.google.com/youtube/answer/13525207"
PSP = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"
RSS = "https://www.rssboard.org/rss-specification"
RSS_PROFILE = "https://www.rssboard.org/rss-profile"
XML = "https://www.w3.org/TR/xml/"
NAMESPACE = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"
JSON_CHAPTERS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md"
TRANSCRIPTS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md"
WEBVTT = "https://www.w3.org/TR/webvtt1/"
SIMPLE_CHAPTERS = "https://podlove.org/simple-chapters/"
RFC1918 = "https://www.rfc-editor.org/rfc/rfc1918"
RFC3986 = "https://www.rfc-editor.org/rfc/rfc3986#section-3"
BIDI = "https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings"
XML_BASE = "https://www.w3.org/TR/xmlbase/"
XML_STYLESHEET = "https://www.w3.org/TR/xml-stylesheet/"
TAXONOMY = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/taxonomy.json"
SERVICE_SLUGS = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/serviceslugs.txt"
VALUE = "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/value/value.md"
RFC5005 = "https://www.rfc-editor.org/rfc/rfc5005"
WEBSUB = "https://www.w3.org/TR/websub/"
SRI = "https://www.w3.org/TR/SRI/"
OP3 = "https://op3.dev/setup"
MP4 = "https://developer.apple.com/documentation/quicktime-file-format"
HTML = "https://html.spec.whatwg.org/multipage/"
WCAG = "https://www.w3.org/TR/WCAG22/"
CSP = "https://www.w3.org/TR/CSP3/"
SITEMAPS = "https://www.sitemaps.org/protocol.html"
CANONICAL = "https://www.rfc-editor.org/rfc/rfc6596"
GITHUB_PAGES = "https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits"
GITHUB_FILES = (
    "https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github"
)
CLOUDFLARE = "https://developers.cloudflare.com/pages/platform/limits/"
CLOUDFLARE_SERVING = "https://developers.cloudflare.com/pages/configuration/serving-pages/"
NETLIFY = "https://www.netlify.com/pricing/"


def namespace_tag(name: str) -> str:
    """The page of an element of the Podcasting 2.0 namespace."""
    return f"https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/tags/{name}.md"


def manual(page: str) -> str:
    """The command that shows a page of this program's own manual."""
    return f"spacecast help {page}"
