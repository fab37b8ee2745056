<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" exclude-result-prefixes="itunes">
<xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat"/>
<xsl:template match="/rss/channel">
<html lang="{{ site.language }}" dir="{{ site.dir }}">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title><xsl:value-of select="title"/> · {{ _("RSS feed") }}</title>
<link rel="icon" type="image/svg+xml" href="{{ asset('favicon.svg') }}"/>
<link rel="stylesheet" href="{{ asset('look.css') }}"/>
<link rel="stylesheet" href="{{ asset('site.css') }}"/>
<script defer="defer" src="{{ asset('page.js') }}"></script>
</head>
<body class="page feed">
<header class="bar"><a class="brand" href="{{ url('') }}"><img class="mark" src="{{ asset('favicon.svg') }}" alt="" width="28" height="28"/><span><xsl:value-of select="title"/></span></a></header>
<main id="main">
<p class="kicker">{{ _("This is a podcast feed") }}</p>
<h1 class="page-title"><xsl:value-of select="title"/></h1>
<p class="standfirst">{{ _("It is meant for podcast apps. Copy its address into yours, and new episodes arrive by themselves.") }}</p>
<p class="address"><code>{{ site.feed_url }}</code> <button class="button small" type="button" data-copy="{{ site.feed_url }}" data-done="{{ _('Copied') }}" hidden="hidden"><span>{{ _("Copy") }}</span></button></p>
<p class="actions"><a class="button" href="{{ url('subscribe/') }}">{{ _("How to subscribe") }}</a> <a class="button plain" href="{{ url('') }}">{{ _("To the site") }}</a></p>
<h2 class="label">{{ _("Episodes") }}</h2>
<ol class="rows">
<xsl:for-each select="item">
<li class="row"><p class="when"><time><xsl:value-of select="substring(pubDate, 6, 11)"/></time></p><div class="what"><h3 class="row-title"><a href="{link}"><xsl:value-of select="title"/></a></h3></div></li>
</xsl:for-each>
</ol>
</main>
</body>
</html>
</xsl:template>
</xsl:stylesheet>
