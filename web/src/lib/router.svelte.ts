// The page is the address; links inside the console change it without loading everything again.

export const place = $state({ path: window.location.pathname, query: window.location.search });

export function go(address: string): void {
  window.history.pushState(null, "", address);
  place.path = window.location.pathname;
  place.query = window.location.search;
}

window.addEventListener("popstate", () => {
  place.path = window.location.pathname;
  place.query = window.location.search;
});

document.addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest("a");
  if (!link || link.origin !== window.location.origin || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.hasAttribute("download") || link.pathname.endsWith("/report")) return;
  event.preventDefault();
  go(link.href);
});
