// Puts YASQE in the place of the plain field, with completion from our vocabulary; the form stays as it is.
"use strict";
(() => {
  const field = document.getElementById("query");
  const vocabulary = JSON.parse(document.getElementById("vocabulary").textContent);
  const known = window.Yasqe.Yasqe || window.Yasqe.default || window.Yasqe;
  const iris = known.Autocompleters.class;
  // Ours alone: those that come with it ask other machines.
  known.defaults.autocompleters = [];
  known.registerAutocompleter({
    name: "werkzaam",
    bulk: false,
    autoShow: true,
    persistenceId: null,
    isValidCompletionPosition: (yasqe) => /^<?[\w-]*:|^</.test(yasqe.getCompleteToken().string),
    preProcessToken: (yasqe, token) => iris.preProcessToken(yasqe, token),
    get: (yasqe, token) => {
      const asked = (token.autocompletionString || "").toLowerCase();
      const last = asked.slice(Math.max(asked.lastIndexOf("/"), asked.lastIndexOf("#")) + 1);
      const within = token.tokenPrefixUri || "";
      const fits = ([iri, label]) => iri.startsWith(within) && (iri.toLowerCase().startsWith(asked) || (last && label.toLowerCase().includes(last)));
      const begins = ([iri]) => (iri.toLowerCase().startsWith(asked) ? 0 : 1);
      const order = (one, other) => begins(one) - begins(other) || one[0].length - other[0].length;
      return vocabulary.filter(fits).sort(order).slice(0, 60).map(([iri]) => iri);
    },
    postProcessSuggestion: (yasqe, token, iri) => iris.postProcessSuggestion(yasqe, token, iri),
    postprocessHints: (yasqe, hints) => hints.map((hint) => {
      const found = vocabulary.find(([iri]) => hint.text === `<${iri}>` || iri.endsWith(`/${hint.text.split(":").pop()}`) || iri.endsWith(`#${hint.text.split(":").pop()}`));
      return found ? { ...hint, displayText: `${hint.text}  ${found[1]}` } : hint;
    }),
  });
  const place = document.createElement("div");
  field.after(place);
  const yasqe = new known(place, {
    value: field.value,
    persistenceId: null,
    showQueryButton: false,
    resizeable: false,
    createShareableLink: undefined,
    pluginButtons: undefined,
    collapsePrefixesOnLoad: false,
    editorHeight: "22rem",
    // Tab leaves the editor: who uses the keyboard alone must get out of it.
    extraKeys: { ...known.defaults.extraKeys, Tab: false, "Shift-Tab": false },
  });
  yasqe.getInputField().setAttribute("aria-label", field.labels[0].textContent);
  field.hidden = true;
  field.required = false; // what is hidden cannot be shown to be empty
  field.form.addEventListener("submit", () => { field.value = yasqe.getValue(); });
})();
