"""Every page of the sample through html-validate: no error in any rule of the HTML standard and of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import find_node_module, run_node
from sample_site import describe_sample_pages, load_sample_theme

pytestmark = pytest.mark.skipif(
    not find_node_module("html-validate"), reason="html-validate is not installed; python tests/programs.py does"
)

SCRIPT = """
const { HtmlValidate, StaticConfigLoader } = require("html-validate");
const { config, pages } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const validator = new HtmlValidate(new StaticConfigLoader(config));
(async () => {
  const found = [];
  for (const [name, text] of Object.entries(pages)) {
    const report = await validator.validateString(text, name);
    for (const { messages } of report.results)
      for (const { ruleId, message, line } of messages) found.push(`${name}:${line} ${ruleId}: ${message}`);
  }
  process.stdout.write(JSON.stringify(found));
})();
"""
CONFIG = {
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {},
}


def test_no_page_has_an_error() -> None:
    """All page types, as rendered."""
    theme = load_sample_theme()
    pages = {
        page["page"]["file"]: theme.render(page["page"]["template"], page).decode()
        for page in describe_sample_pages()
        if Path(page["page"]["file"]).suffix == ".html"
    }
    found = json.loads(run_node(SCRIPT, text=json.dumps({"config": CONFIG, "pages": pages})))
    assert found == []
