"""What is asked of every page that somebody sees, in the browser's own words: how it is built, and what axe-core finds wrong with it."""

from pathlib import Path

import axe_playwright_python

# What axe-core judges a page by, short of its words: its elements, of several alike in a row the first; and which elements
# that are seen have words in them or can be pressed, by where they stand in what: their colours and sizes are chosen by that.
_BUILD = """() => {
  const words = new Set(["value", "action", "href", "content", "datetime", "nonce", "d", "x", "y", "width", "height"]);
  const painted = new Map();
  const paint = (node, path) => {
    if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    if (!painted.has(path)) painted.set(path, []);
    painted.get(path).push(node);
  };
  const build = (node, path) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.data.trim()) return "";
      paint(node.parentElement, path);
      return "t";
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.tagName === "SCRIPT") return "";
    const shown = [...node.attributes].filter(a => !words.has(a.name) && !a.name.startsWith("data-"));
    const look = shown.filter(a => !/^(id|for|name|aria-(label|described|controls).*)$/.test(a.name));
    const here = `${path}>${node.tagName}.${look.map(a => a.value).join(".")}`;
    if (/^(A|BUTTON|SUMMARY|INPUT|SELECT|TEXTAREA)$/.test(node.tagName)) paint(node, here);
    const inner = [...node.childNodes].map(child => build(child, here)).filter(Boolean);
    const tag = [node.tagName, ...shown.map(a => `${a.name}=${a.value}`)].join(" ");
    return `<${tag}>${inner.filter((part, i) => part !== inner[i - 1]).join("")}</>`;
  };
  return { build: build(document.documentElement, ""), painted };
}"""
# Asked with it: what sticks out to the side, and the token of the page's forms.
LOOK = f"""() => {{
  const {{ build, painted }} = ({_BUILD})(), root = document.documentElement;
  return {{
    build,
    painted: [...painted.keys()],
    sideways: root.scrollWidth - root.clientWidth,
    token: document.querySelector("input[name=_csrf_token]")?.value,
  }};
}}"""
# Colours and the size of what one presses take most of the time; they are judged where words and fields stand as they have not stood
# before, and in whatever is inside of these. A run of their own for them would go through the whole page once more.
_LOCAL = '["color-contrast", "target-size"]'
AXE = f"""
  {Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()}
  for (const rule of axe._audit.rules.filter(rule => {_LOCAL}.includes(rule.id))) {{
    const matches = rule.matches;
    rule.matches = (node, ...more) => {{
      let place = node;
      while (place && !axe.places.has(place)) place = place.parentElement;
      return Boolean(place) && matches.call(rule, node, ...more);
    }};
  }}
"""
"""axe-core, half a megabyte: to bring it into a page takes longer than to read it there. So it is left with the browser, in the storage of
the tab, once."""
# What the style sheets do when a phone is turned is judged once for each width.
JUDGE = f"""async ({{ fresh, first }}) => {{
  if (!globalThis.axe) {{
    if (!sessionStorage.axe) return null;
    eval?.(sessionStorage.axe);
  }}
  const {{ painted }} = ({_BUILD})(), rules = {{}};
  axe.places = new Set(fresh.flatMap(path => painted.get(path) ?? []));
  for (const id of {_LOCAL}) rules[id] = {{ enabled: axe.places.size > 0 }};
  if (!first) rules["css-orientation-lock"] = {{ enabled: false }};
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const {{ violations }} = await axe.run(document, {{ resultTypes: ["violations"], runOnly, rules }});
  return violations.flatMap(v => v.nodes.map(n => `${{v.id}}: ${{n.target.join(" ")}}: ${{n.failureSummary}}`));
}}"""
"""What axe-core finds wrong with the page; of colours and sizes, with those in `fresh` places alone. Null where the tab has no axe-core
yet."""
