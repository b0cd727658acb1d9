// Only what the server marked acts. Markup that came in by a text has no mark, since nobody knows the one of this page before
// it is made: htmx and our own scripts leave it alone. This runs in the head, before any text of the page is read. Elements
// may bear the names of properties, of forms and of the document itself, so it asks the prototypes.
"use strict";
const marked = (() => {
  const mark = document.querySelector('meta[name="facility-mark"]').dataset.mark;
  const { getAttribute, getAttributeNames, removeAttribute } = Element.prototype;

  // The mark stands first: a tag that begins in a text and has no end may swallow the next one, but not in this place.
  const marked = (node) =>
    node instanceof Element && getAttributeNames.call(node)[0] === "data-mark" && getAttribute.call(node, "data-mark") === mark;
  const mute = (element) => {
    for (const name of getAttributeNames.call(element)) if (/^(data-)?hx-/.test(name)) removeAttribute.call(element, name);
  };

  // htmx inherits attributes, so what is around an element counts as well.
  document.addEventListener("htmx:beforeProcessNode", (event) => {
    for (const node of event.composedPath()) if (node instanceof Element && !marked(node)) mute(node);
  });
  document.addEventListener("htmx:confirm", (event) => marked(event.detail.elt) || event.preventDefault());
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { fragment } = event.detail;
    if (!marked(fragment instanceof Element ? fragment : fragment.firstElementChild)) event.preventDefault();
  });
  // A part that is fetched bears the mark of the page that it comes into.
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["x-mark"] = mark;
  });
  return marked;
})();
