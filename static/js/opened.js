/* A page behind a mail's link says so once, when somebody touches it; a scanner only gets it.
   Nothing on the page needs this (docs/decisions/0024). */
"use strict";
(() => {
  const to = document.currentScript.dataset.to;
  const signs = ["pointerdown", "touchstart", "wheel", "keydown"];
  const say = () => {
    signs.forEach((sign) => removeEventListener(sign, say));
    navigator.sendBeacon(to);
  };
  signs.forEach((sign) => addEventListener(sign, say, { passive: true }));
})();
